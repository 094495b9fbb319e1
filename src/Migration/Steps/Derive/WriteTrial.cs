using DxyOrleans.Core.Gates;
using DxyOrleans.Migration.Engine;
using Npgsql;

namespace DxyOrleans.Migration.Steps.Derive;

/// <summary>
/// Writes a minute to both tables under a savepoint and takes it back, before such writes are let stand: checks, generated columns,
/// sequences' rights and other people's triggers speak here and not in the old writer's next statement. Only sequences keep what they
/// counted.
/// </summary>
static class WriteTrial
{
    const string Expected = "a minute written to derived_data_bars arrives in data_bars (tried under a savepoint and taken back)";

    /// <summary>As the old writers do it, through the mirror trigger, which the transaction has made; as each of their roles that we may
    /// take.</summary>
    public static async Task<Gate> AsOldWritersAsync(RunTransaction transaction, CancellationToken cancellation)
    {
        var writers = await transaction
            .Connection.Migration("derive/old_writers", transaction.Run.Symbol.Name)
            .RowsAsync(reader => (Role: reader.GetString(0), May: reader.GetBoolean(1)), cancellation);
        var roles = writers.Where(writer => writer.May).Select(writer => (string?)writer.Role).DefaultIfEmpty(null).ToList();
        var tried = new List<string>();
        foreach (var role in roles)
        {
            var gate = await TryAsync(transaction, role, mirrored: true, cancellation);
            if (gate.Verdict != GateVerdict.Pass)
            {
                return gate;
            }

            tried.Add(gate.Observed);
        }

        var left = writers.Where(writer => !writer.May).Select(writer => writer.Role).ToList();
        var said =
            string.Join("; ", tried) + (left.Count == 0 ? "" : $"; not as {string.Join(", ", left)}, whose place this role may not take");
        return new Gate("derive/trial", GateVerdict.Pass, Expected, said);
    }

    /// <summary>As we write both tables ourselves; the transaction has turned the route.</summary>
    public static Task<Gate> AsOursAsync(RunTransaction transaction, CancellationToken cancellation) =>
        TryAsync(transaction, null, mirrored: false, cancellation);

    static async Task<Gate> TryAsync(RunTransaction transaction, string? role, bool mirrored, CancellationToken cancellation)
    {
        var (connection, symbol) = (transaction.Connection, transaction.Run.Symbol.Name);
        var columns = await connection.Migration("derive/trial_columns").ValueAsync<string>(cancellation);
        var who = mirrored ? role ?? "this role, by the mirror trigger" : "this role";
        PostgresException refusal;
        await connection.Text("SAVEPOINT trial").RunAsync(cancellation);
        try
        {
            // The trigger looks at the route; nobody but us sees it turned, and the savepoint turns it back.
            await connection
                .Text("UPDATE dxy.route SET mode = 'both' WHERE symbol = $1 AND mode = 'legacy'", symbol)
                .RunAsync(cancellation);
            await connection.Text("SELECT set_config('dxy.writer', $1, true)", mirrored ? "" : "own").RunAsync(cancellation);
            await ActAsAsync(connection, role, cancellation);
            var text = MigrationSql.Template("derive/trial_row").Replace("{columns}", columns, StringComparison.Ordinal);
            var minute = await connection.Text(text, symbol).ValueAsync<DateTime?>(cancellation);
            await connection.Text("SET CONSTRAINTS ALL IMMEDIATE").RunAsync(cancellation);
            if (!mirrored && minute is { } own)
            {
                await connection.Text("SELECT dxy.mirror_bars($1, $2)", symbol, new[] { own }).RunAsync(cancellation);
            }

            await ActAsAsync(connection, role is null ? null : "none", cancellation);
            var arrived =
                minute is { } written
                && await connection.Migration("derive/stands_in_both", symbol, written).ValueAsync<bool>(cancellation);
            return minute is null && await connection.Migration("derive/holds_source", symbol).ValueAsync<bool>(cancellation)
                ? Failed($"as {who}: the row was not stored and no error said so", "see which trigger of derived_data_bars leaves it out")
                : Gate.Of(
                    "derive/trial",
                    arrived || minute is null,
                    Expected,
                    arrived ? $"as {who}: it does"
                        : minute is null ? "there is no minute to write another like"
                        : $"as {who}: it doesn't arrive, and no error said so",
                    null,
                    "see which trigger of data_bars leaves it out"
                );
        }
        catch (PostgresException refused)
            when (refused.SqlState is not (PostgresErrorCodes.LockNotAvailable or PostgresErrorCodes.QueryCanceled) && !refused.IsTransient)
        {
            refusal = refused;
        }
        finally
        {
            await connection.Text("ROLLBACK TO SAVEPOINT trial").RunAsync(CancellationToken.None);
        }

        return Failed(
            $"as {who}: {refusal.MessageText}{(refusal.Detail is { } detail ? $" ({detail})" : "")}",
            await TodoAsync(connection, refusal, mirrored, role, cancellation)
        );
    }

    static Task ActAsAsync(NpgsqlConnection connection, string? role, CancellationToken cancellation) =>
        role is null ? Task.CompletedTask : connection.Text("SELECT set_config('role', $1, true)", role).RunAsync(cancellation);

    static Gate Failed(string observed, string todo) => new("derive/trial", GateVerdict.Fail, Expected, observed, null, todo);

    // The trigger's function writes as its owner; everything else as whoever wrote the row. What is lacking is asked of the catalog: the
    // message speaks the server's language.
    static async Task<string> TodoAsync(
        NpgsqlConnection connection,
        PostgresException refused,
        bool mirrored,
        string? role,
        CancellationToken cancellation
    )
    {
        if (refused.SqlState != PostgresErrorCodes.InsufficientPrivilege)
        {
            return "whoever owns the tables: let such a row in; the run tries again by itself";
        }

        var grantee =
            mirrored && refused.Where?.Contains("dxy.mirror", StringComparison.Ordinal) == true ? "dxy_mirror" : role ?? "dxy_silo";
        return
            await connection.Text(Sql.Text("checks/lacking_rights.sql"), grantee, refused.MessageText).ValueAsync<string>(cancellation)
                is { } grant
            ? $"whoever owns it: {grant} TO {grantee}"
            : $"whoever owns what the message names: give {grantee} the right to it";
    }
}
