using DxyOrleans.Core.Time;
using DxyOrleans.Migration.Engine;
using DxyOrleans.Migration.Steps;
using DxyOrleans.Migration.Steps.PreFlight;
using Npgsql;

namespace DxyOrleans.Migration.Runs;

/// <summary>The backup that a run made of the symbol's rows, for bringing some of them back by hand; a rollback uses it by
/// itself.</summary>
public sealed class RunBackup(NpgsqlDataSource database, Run run)
{
    public static IReadOnlyList<string> Tables => Backup.Tables;

    /// <summary>Rows of a range (by their open) that are gone from a table, and that differ in any column; null when there is no backup any
    /// more.</summary>
    public async Task<(long Gone, long Different)?> CountAsync(string table, TimeRange range, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        if (!await connection.Text("SELECT to_regclass($1) IS NOT NULL", Backup.Of(run, table)).ValueAsync<bool>(cancellation))
        {
            return null;
        }

        await using var snapshot = await connection.BeginTransactionAsync(cancellation);
        await RowsRestore.PlanAsync(connection, cancellation);
        var rows = await RowsRestore.RowsAsync(connection, run, table, rollups: true, everything: true, cancellation);
        return (await Command(connection, rows, "count_rows", range).RowsAsync(row => (row.GetInt64(0), row.GetInt64(1)), cancellation))[0];
    }

    /// <summary>Brings them back, in one transaction, as a write of ours: what is made of them is made anew. How many.</summary>
    public async Task<long> RestoreAsync(string table, TimeRange range, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await connection.Text("SELECT dxy.hold_route($1)", run.Symbol.Name).RunAsync(cancellation);
        await RowsRestore.PlanAsync(connection, cancellation);
        var rows = await RowsRestore.RowsAsync(connection, run, table, rollups: true, everything: true, cancellation);
        var restored = (long)await Command(connection, rows, "restore_rows", range).RunAsync(cancellation);
        restored += await Command(connection, rows, "insert_rows", range).RunAsync(cancellation);
        await transaction.CommitAsync(cancellation);
        return restored;
    }

    NpgsqlCommand Command(NpgsqlConnection connection, RowsRestore.RowsSql rows, string name, TimeRange range) =>
        connection.AsItStands(
            rows.Table,
            rows.Statement(name),
            run.Symbol.Name,
            range.From.ToDateTime(),
            range.To.ToDateTime(),
            run.StartedAt.ToDateTime(),
            Array.Empty<string>()
        );
}
