using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Time;
using Npgsql;

namespace DxyOrleans.Storage.Schema.Binding;

/// <summary>
/// Writes rows such as will be written, as the roles that will do it, corrects them, reads them back, and rolls all of it back: the host's checks, triggers,
/// sequences, generated columns, foreign keys, deferred constraints and row security speak now, and not at night.
/// </summary>
sealed class HostTrial(NpgsqlDataSource database, HostBinding binding)
{
    const decimal Correction = 0.00001111m;

    readonly Dictionary<(string Table, string Column), Dictionary<string, int?>> _altered = [];
    readonly List<string> _refusals = [];
    readonly List<string> _notes = [];

    /// <exception cref="SchemaException">A table was locked for too long by somebody else.</exception>
    public async Task<Judgement> RunAsync(IReadOnlyList<TrialRow> rows, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await RunAsync(connection, "SET LOCAL lock_timeout = '2s'; SET LOCAL timezone = 'UTC'", cancellation);
        await RunAsync(connection, Sql.Text("trial/roles.sql"), cancellation);
        foreach (var row in rows)
        {
            if (await WriteAsync(connection, transaction, row, cancellation) is { } refused && !(row.IsNeeded ? _refusals : _notes).Contains(refused))
            {
                (row.IsNeeded ? _refusals : _notes).Add(refused);
            }
        }

        await transaction.RollbackAsync(cancellation);
        return new Judgement(Remembered(), _refusals, _notes);
    }

    // Why a row was refused, null where it wasn't, or could not be tried.
    async Task<string?> WriteAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, TrialRow row, CancellationToken cancellation)
    {
        var (asRole, asLogin) = await CanAsync(connection, row, cancellation);
        if (!asRole && !asLogin)
        {
            return null;
        }

        var what = $"public.{row.Table} refuses a row of ours ({row}{(asRole ? $", as {row.Role}" : "")})";
        return await TryAsync(transaction, what, async () =>
        {
            var time = await TimeAsync(connection, row, cancellation);
            if (asRole)
            {
                await RunAsync(connection, $"SET LOCAL ROLE {row.Role}; SELECT set_config('dxy.writer', 'own', true)", cancellation);
            }

            await using (var insert = Command(connection, "insert", row, time, row.Price))
            {
                insert.Parameters.With(row.Source).With(row.Raw);
                await insert.ExecuteNonQueryAsync(cancellation);
            }

            await RunAsync(connection, "SET CONSTRAINTS ALL IMMEDIATE", cancellation);
            if (!await CompareAsync(connection, row, time, row.Price, cancellation))
            {
                return $"{what}: it says that it stored it, and it isn't there; a trigger of the host drops it, or row security hides it";
            }

            if (row.Role is not null)
            {
                await using var update = Command(connection, "update", row, time, row.Price + Correction);
                await update.ExecuteNonQueryAsync(cancellation);
                await CompareAsync(connection, row, time, row.Price + Correction, cancellation);
            }

            await RunAsync(connection, "RESET ROLE; SELECT set_config('dxy.writer', '', true)", cancellation);
            return null;
        }, cancellation);
    }

    // What of the row isn't as it was written, though the column could hold it, the host's trigger has changed.
    async Task<bool> CompareAsync(NpgsqlConnection connection, TrialRow row, UtcTime time, decimal price, CancellationToken cancellation)
    {
        await using var command = Command(connection, "read", row, time, null);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        if (!await reader.ReadAsync(cancellation))
        {
            return false;
        }

        foreach (var (name, place) in (ReadOnlySpan<(string, int)>)[("open", 0), ("high", 1), ("low", 2), ("close", 3)])
        {
            var expected = binding[row.Table].Column(name)!.Precision.Stored(price);
            if (!reader.IsDBNull(place) && reader.GetDecimal(place) is var stored && stored != expected)
            {
                (_altered.TryGetValue((row.Table, name), out var of) ? of : _altered[(row.Table, name)] = [])[row.Series.Symbol.Name] = Places(expected, stored);
            }
        }

        return true;
    }

    static int? Places(decimal computed, decimal stored)
    {
        for (var places = Price.Places - 1; places >= 0; places--)
        {
            if (decimal.Round(computed, places, MidpointRounding.AwayFromZero) == stored)
            {
                return places;
            }
        }

        return null;
    }

    async Task<UtcTime> TimeAsync(NpgsqlConnection connection, TrialRow row, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(binding.Render(Sql.Text($"trial/time_{row.Table}.sql")), connection);
        command.Parameters.AddSeries(row.Series).With(row.Series.Timeframe.Length);
        return UtcTime.From((DateTime)(await command.ExecuteScalarAsync(cancellation))!).Floor(row.Series.Timeframe);
    }

    static async Task<(bool AsRole, bool AsLogin)> CanAsync(NpgsqlConnection connection, TrialRow row, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(Sql.Text("trial/can_be.sql"), connection);
        command.Parameters.With(row.Role ?? "none").With(row.Table);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        await reader.ReadAsync(cancellation);
        return (row.Role is not null && !reader.IsDBNull(0) && reader.GetBoolean(0), reader.GetBoolean(1));
    }

    NpgsqlCommand Command(NpgsqlConnection connection, string what, TrialRow row, UtcTime time, decimal? price)
    {
        var command = new NpgsqlCommand(binding.Render(Sql.Text($"trial/{what}_{row.Table}.sql")), connection);
        command.Parameters.AddSeries(row.Series).With(time.ToDateTime());
        if (price is { } value)
        {
            command.Parameters.With(value);
        }

        return command;
    }

    static async Task<string?> TryAsync(NpgsqlTransaction transaction, string what, Func<Task<string?>> attempt, CancellationToken cancellation)
    {
        await transaction.SaveAsync("trial", cancellation);
        try
        {
            var said = await attempt();
            if (said is not null)
            {
                await transaction.RollbackAsync("trial", cancellation);
            }

            return said;
        }
        catch (PostgresException locked) when (locked.SqlState == PostgresErrorCodes.LockNotAvailable)
        {
            throw new SchemaException($"{what.Split(" refuses")[0]} is in use by a long transaction; end it (see pg_stat_activity) and try again.", locked);
        }
        catch (PostgresException refused) when (!refused.IsTransient)
        {
            await transaction.RollbackAsync("trial", cancellation);
            return IsAboutTime(refused) ? null : $"{what}: {await ReasonAsync(transaction.Connection!, refused, cancellation)}";
        }
    }

    // A table in partitions may have none for the time that was tried; that says nothing of rows at other times.
    static bool IsAboutTime(PostgresException refused) => refused is { SqlState: PostgresErrorCodes.CheckViolation, ConstraintName: null };

    static async Task<string> ReasonAsync(NpgsqlConnection connection, PostgresException refused, CancellationToken cancellation)
    {
        var reason = refused.ConstraintName is not { } name ? refused.MessageText : await DefinitionAsync(connection, name, refused, cancellation) is { } definition
            ? $"{refused.MessageText} ({name}: {definition})" : $"{refused.MessageText} ({name})";
        return reason.ReplaceLineEndings(" ");
    }

    static async Task<string?> DefinitionAsync(NpgsqlConnection connection, string name, PostgresException refused, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("""
            SELECT pg_get_constraintdef(k.oid) FROM pg_constraint AS k JOIN pg_class AS c ON c.oid = k.conrelid JOIN pg_namespace AS n ON n.oid = c.relnamespace
            WHERE k.conname = $1 AND c.relname = $2 AND n.nspname = $3
            """, connection);
        command.Parameters.With(name).With(refused.TableName ?? "").With(refused.SchemaName ?? "");
        return await command.ExecuteScalarAsync(cancellation) as string;
    }

    HostBinding Remembered()
    {
        if (_altered.Count == 0)
        {
            return binding;
        }

        HostColumn? Column(string table, string name) => binding[table].Column(name)?.Host is { } host && _altered.TryGetValue((table, name), out var altered) ? host with { Altered = altered } : binding[table].Column(name)?.Host;
        return new HostBinding(new BoundTable(BoundTable.New, name => Column(BoundTable.New, name)), new BoundTable(BoundTable.Old, name => Column(BoundTable.Old, name)));
    }

    static async Task RunAsync(NpgsqlConnection connection, string sql, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellation);
    }
}
