using DxyOrleans.Migration.Engine;
using DxyOrleans.Migration.Runs;
using DxyOrleans.Migration.Steps.PreFlight;
using DxyOrleans.Schema.Registry;
using Npgsql;

namespace DxyOrleans.Migration.Steps;

/// <summary>
/// Brings rows back to what the run's backup says, every column of them, a month of one table a transaction: those that only we changed
/// since the backup was made. What other programs wrote meanwhile stays, and so do bars whose components were corrected, and what came
/// after the run began.
/// </summary>
static class RowsRestore
{
    /// <summary>How far it is.</summary>
    internal sealed record Place
    {
        public int Table { get; init; }

        public DateTime Next { get; init; } = DateTime.UnixEpoch.AddYears(-200);

        public long Restored { get; init; }
    }

    static readonly DateTime Forever = DateTime.UnixEpoch.AddYears(1000);

    /// <summary>The next month; null when both tables are gone through.</summary>
    public static async Task<Place?> AdvanceAsync(
        RunContext context,
        RunTransaction transaction,
        Place place,
        CancellationToken cancellation
    )
    {
        if (place.Table == Backup.Tables.Length)
        {
            return null;
        }

        var (connection, run) = (transaction.Connection, context.Run);
        var (table, backup) = (Backup.Tables[place.Table], Backup.Of(run, Backup.Tables[place.Table]));
        var months = await connection
            .AsItStands(table, Fill("next_month", table, backup), run.Symbol.Name, place.Next, Forever)
            .RowsAsync(row => (From: row.GetDateTime(0), To: row.GetDateTime(1)), cancellation);
        if (months.Count == 0)
        {
            return place with { Table = place.Table + 1, Next = new Place().Next };
        }

        await transaction.HoldRouteForCopyAsync(cancellation);
        await PlanAsync(connection, cancellation);
        var rollups = await new RunLedger(context.Database).SavedAsync(run.Name, Backup.Scope, cancellation) is not null;
        var rows = await RowsAsync(connection, run, table, rollups, everything: false, cancellation);
        var components = await ComponentsAsync(context, cancellation);
        var restored = 0L;
        foreach (var statement in (string[])["remove_rows", "restore_rows", "insert_rows"])
        {
            restored += await connection
                .AsItStands(
                    table,
                    rows.Statement(statement),
                    run.Symbol.Name,
                    months[0].From,
                    months[0].To,
                    run.StartedAt.ToDateTime(),
                    components
                )
                .RunAsync(cancellation);
        }

        return place with
        {
            Next = months[0].To,
            Restored = place.Restored + restored,
        };
    }

    /// <summary>The statements for one table and its backup.</summary>
    internal sealed record RowsSql(
        string Table,
        string Backup,
        string Pairs,
        string Everything,
        IReadOnlyList<string> All,
        IReadOnlyList<string> Changeable
    )
    {
        public string Statement(string name) =>
            Fill(name, Table, Backup)
                .Replace("{set}", string.Join(", ", Changeable.Select(column => $"{column} = (p.b).{column}")), StringComparison.Ordinal)
                .Replace("{columns}", string.Join(", ", All), StringComparison.Ordinal)
                .Replace("{old columns}", string.Join(", ", All.Select(column => $"(p.b).{column}")), StringComparison.Ordinal)
                .Replace("{rows}", Pairs, StringComparison.Ordinal)
                .Replace("{everything}", Everything, StringComparison.Ordinal);
    }

    /// <summary>Thousands of rows are paired with as many: whatever the statistics say, not each with each. For the transaction.</summary>
    internal static Task PlanAsync(NpgsqlConnection connection, CancellationToken cancellation) =>
        connection.Text("SELECT set_config('enable_nestloop', 'off', true), set_config('jit', 'off', true)").RunAsync(cancellation);

    /// <summary>What the statements for a table are made of.</summary>
    /// <param name="connection">Open.</param>
    /// <param name="run">Whose backup.</param>
    /// <param name="table">Its table.</param>
    /// <param name="rollups">Whether the backup holds rollups too.</param>
    /// <param name="everything">Whether every difference is undone, whoever made it.</param>
    /// <param name="cancellation">Ends the reading.</param>
    internal static async Task<RowsSql> RowsAsync(
        NpgsqlConnection connection,
        Run run,
        string table,
        bool rollups,
        bool everything,
        CancellationToken cancellation
    )
    {
        var backup = Backup.Of(run, table);
        var all = await connection
            .Migration("identity/columns", $"public.{table}", backup, false)
            .RowsAsync(row => row.GetString(0), cancellation);
        var changeable = await connection
            .Migration("identity/columns", $"public.{table}", backup, true)
            .RowsAsync(row => row.GetString(0), cancellation);
        var derived = table == Backup.Tables[1];
        var pairs = Fill("rows", table, backup)
            .Replace("{columns of b}", string.Join(", ", all.Select(column => $"b.{column}")), StringComparison.Ordinal)
            .Replace("{version of b}", derived ? "b.derivation_version" : "0", StringComparison.Ordinal)
            .Replace("{order of b}", derived ? "b.deleted_at IS NOT NULL, b.deleted_at, b.close" : "b.close", StringComparison.Ordinal)
            .Replace("{rollups}", rollups ? "true" : "false", StringComparison.Ordinal);
        return new RowsSql(table, backup, pairs, everything ? "true" : "false", all, changeable);
    }

    static async Task<string[]> ComponentsAsync(RunContext context, CancellationToken cancellation)
    {
        var entry = (await new RegistryStore(context.Database).LoadAsync(cancellation)).Find(context.Run.Symbol);
        var metadata = IndexRegistration.ForDeriving(context.Run.Symbol, entry?.Metadata);
        try
        {
            return
            [
                .. RegistryStore
                    .Entry(context.Run.Symbol.Name, null, null, true, metadata)
                    .Index?.Components.Select(component => component.Symbol.Name)
                    ?? [],
            ];
        }
        catch (Exception fault) when (fault is FormatException or ArgumentException or InvalidOperationException or KeyNotFoundException)
        {
            // The registry no longer says what it is made of: then nothing of it was corrected.
            return [];
        }
    }

    static string Fill(string name, string table, string backup) =>
        MigrationSql
            .Template($"identity/{name}")
            .Replace("{table}", $"public.{table}", StringComparison.Ordinal)
            .Replace("{name}", table, StringComparison.Ordinal)
            .Replace("{backup}", backup, StringComparison.Ordinal);
}
