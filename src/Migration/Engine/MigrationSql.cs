using DxyOrleans.Core.Bars;
using DxyOrleans.Schema.Binding;
using Npgsql;

namespace DxyOrleans.Migration.Engine;

/// <summary>
/// Running the statements of <c>sql/migration/</c>: all of them come by here, where they are brought to the host's tables. What they
/// compare of the two tables is compared at the coarser one's precision.
/// </summary>
public static class MigrationSql
{
    /// <summary>A command for a file of <c>sql/migration/</c>, by its path there without ending.</summary>
    public static NpgsqlCommand Migration(this NpgsqlConnection connection, string path, params object?[] values) =>
        new NpgsqlCommand(connection.Paired(Template(path)), connection).WithValues(values);

    /// <summary>A command for a file of <c>sql/migration/</c>, on a connection of the pool's.</summary>
    public static NpgsqlCommand Migration(this NpgsqlDataSource database, string path, params object?[] values) =>
        database.CreateCommand(database.Paired(Template(path))).WithValues(values);

    /// <summary>The same as a part of a batch.</summary>
    public static NpgsqlParameterCollection Migration(this NpgsqlBatch batch, string path)
    {
        var command = new NpgsqlBatchCommand(batch.Connection!.Paired(Template(path)));
        batch.BatchCommands.Add(command);
        return command.Parameters;
    }

    /// <summary>
    /// A command for a file whose <c>{0}</c>, <c>{1}</c> are backups of data_bars and derived_data_bars: they have the host's columns and
    /// are read as ours too.
    /// </summary>
    public static NpgsqlCommand WithBackups(
        this NpgsqlConnection connection,
        string path,
        IEnumerable<string> backups,
        params object?[] values
    )
    {
        var (text, binding) = (connection.Bound(Template(path)), HostBindings.Of(connection));
        foreach (var (backup, i) in backups.Select((backup, i) => (backup, i)))
        {
            text = text.Replace($"{{{i}}}", binding.Reading(Steps.PreFlight.Backup.Tables[i], backup), StringComparison.Ordinal);
        }

        return new NpgsqlCommand(text, connection).WithValues(values);
    }

    /// <summary>A file's text as it is written, for who puts names into it.</summary>
    public static string Template(string path) => Sql.Text($"migration/{path}.sql");

    /// <summary>A statement of no file, for the host's tables.</summary>
    public static NpgsqlCommand Text(this NpgsqlConnection connection, string sql, params object?[] values) =>
        new NpgsqlCommand(connection.Bound(sql), connection).WithValues(values);

    /// <summary>The same for a statement that is about the columns of one of the host's tables (or of its backup) as they stand, but for
    /// its times; see <see cref="WithTimes"/>.</summary>
    public static NpgsqlCommand AsItStands(this NpgsqlConnection connection, string table, string sql, params object?[] values) =>
        new NpgsqlCommand(WithTimes(sql, HostBindings.Of(connection), table), connection).WithValues(values);

    /// <summary>Puts in, as the table's times are: <c>{time of b}</c>, the instant of a row b; <c>{from}</c> and <c>{to}</c>, the instants
    /// $2 and $3 for a comparison with its column. Whatever zone the session has.</summary>
    public static string WithTimes(string sql, HostBinding binding, string table)
    {
        var time = binding[table].Column("ts_utc")!;
        return sql.Replace("{time of b}", time.Read("b.ts_utc"), StringComparison.Ordinal)
            .Replace("{from}", time.Key("$2"), StringComparison.Ordinal)
            .Replace("{to}", time.Key("$3"), StringComparison.Ordinal);
    }

    /// <summary>Lets this transaction wait for a lock on the host's tables no longer than the run's budget.</summary>
    public static Task LockBudgetAsync(this RunTransaction transaction, CancellationToken cancellation) =>
        transaction
            .Connection.Text("SELECT set_config('lock_timeout', $1, true)", $"{transaction.Run.Settings.LockBudgetMs}ms")
            .RunAsync(cancellation);

    /// <summary>Holds the symbol's route, as whoever writes its bars has to.</summary>
    public static Task HoldRouteAsync(this RunTransaction transaction, CancellationToken cancellation) =>
        transaction.Connection.Text("SELECT dxy.hold_route($1)", transaction.Run.Symbol.Name).RunAsync(cancellation);

    /// <summary>Holds the symbol's route for moving its bars from table to table: what is written makes nothing due, and is no
    /// correction.</summary>
    public static Task HoldRouteForCopyAsync(this RunTransaction transaction, CancellationToken cancellation) =>
        transaction.Connection.Text("SELECT dxy.move_route($1)", transaction.Run.Symbol.Name).RunAsync(cancellation);

    /// <summary>Turns the symbol's route, once every writer under the old one has committed; its new epoch.</summary>
    public static Task<long> FlipRouteAsync(this RunTransaction transaction, string mode, CancellationToken cancellation) =>
        transaction.Connection.Text("SELECT dxy.flip_route($1, $2)", transaction.Run.Symbol.Name, mode).ValueAsync<long>(cancellation);

    /// <summary>The symbol's route; null when it has no row (new only).</summary>
    public static Task<string?> RouteModeAsync(this NpgsqlDataSource database, Symbol symbol, CancellationToken cancellation) =>
        database.CreateCommand("SELECT mode FROM dxy.route WHERE symbol = $1").WithValues(symbol.Name).ValueAsync<string>(cancellation);
}
