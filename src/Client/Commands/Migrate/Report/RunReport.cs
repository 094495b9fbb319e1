using System.Collections.Immutable;
using DxyOrleans.Migration.Engine;
using DxyOrleans.Migration.Runs;
using DxyOrleans.Migration.Views;
using Npgsql;

namespace DxyOrleans.Client.Commands.Migrate.Report;

/// <summary>What a step changed, from the ledger; real time.</summary>
internal sealed record StepWork(string Step, long Batches, long Rows, TimeSpan Took, TimeSpan Longest);

/// <summary>A table and how big it is.</summary>
internal sealed record TableSize(string Table, long Bytes, long Rows);

/// <summary>Everything a report tells.</summary>
internal sealed record RunReport(
    RunView View,
    IReadOnlyList<SuccessCriterion> Criteria,
    AuditResult Audit,
    ImmutableArray<StepWork> Work,
    ImmutableArray<TableSize> Sizes
)
{
    public static async Task<RunReport> ReadAsync(NpgsqlDataSource database, RunView view, CancellationToken cancellation) =>
        new(
            view,
            await SuccessCriteria.AllAsync(database, view, cancellation),
            (await AuditResult.ReadAsync(database, view.Run.Name, null, cancellation))!,
            await RowsAsync(
                database,
                "step_work",
                view.Run.Name,
                row => new StepWork(
                    row.GetString(0),
                    row.GetInt64(1),
                    row.GetInt64(2),
                    TimeSpan.FromMilliseconds(row.GetDouble(3)),
                    TimeSpan.FromMilliseconds(row.GetDouble(4))
                ),
                cancellation
            ),
            await RowsAsync(
                database,
                "sizes",
                view.Run.Name,
                row => new TableSize(row.GetString(0), row.GetInt64(1), row.GetInt64(2)),
                cancellation
            )
        );

    static async Task<ImmutableArray<T>> RowsAsync<T>(
        NpgsqlDataSource database,
        string part,
        string run,
        Func<NpgsqlDataReader, T> read,
        CancellationToken cancellation
    )
    {
        var rows = ImmutableArray.CreateBuilder<T>();
        await using var command = database.Migration($"view/{part}", run);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            rows.Add(read(reader));
        }

        return rows.ToImmutable();
    }
}
