using System.Globalization;
using DxyOrleans.Core.Gates;
using DxyOrleans.Migration.Engine;
using DxyOrleans.Migration.Rules;
using DxyOrleans.Migration.Runs;

namespace DxyOrleans.Migration.Steps.PreFlight;

/// <summary>
/// What the tables were before: counts, spans, sources and a checksum a day, kept with the run. Its undoing comes when everything after it
/// is undone and the backup still stands: what only we changed of the rows of before gets every column back, see <see cref="RowsRestore"/>,
/// and then the backup proves that the tables are what they were, but for what arrived meanwhile.
/// </summary>
public sealed class BaselineStep() : MigrationStep("pre-flight/baseline", MigrationPhase.PreFlight)
{
    public override Task<IReadOnlyList<string>> PlanAsync(RunContext context, CancellationToken cancellation) =>
        Task.FromResult<IReadOnlyList<string>>(["keep counts, spans, sources and day checksums of both tables, and the registry's row"]);

    public override async Task<StepOutcome> AdvanceAsync(RunContext context, CancellationToken cancellation)
    {
        await using (var transaction = await context.BeginAsync(cancellation))
        {
            // All of both tables in one snapshot, however large they are: the one statement that takes as long as it has to.
            await transaction.Connection.Text("SET LOCAL statement_timeout = 0").RunAsync(cancellation);
            var read = transaction.Connection.Migration(
                "pre-flight/baseline",
                context.Run.Symbol.Name,
                Backup.End(context.Run).ToDateTime()
            );
            read.CommandTimeout = 0;
            var baseline = await read.ValueAsync<string>(cancellation);
            await transaction.SaveAsync("baseline", baseline!, cancellation);
            await context.At(this, "written", cancellation);
            await transaction.CommitAsync(cancellation);
        }

        await context.At(this, "committed", cancellation);
        return StepOutcome.Finished(
            new Gate(
                "pre-flight/baseline",
                GateVerdict.Pass,
                "what the tables were before is kept",
                "it is",
                $"SELECT value FROM dxy.run_saved WHERE run = '{context.Run.Name}' AND what = 'baseline'"
            )
        );
    }

    public override async Task<StepOutcome> UndoAsync(RunContext context, CancellationToken cancellation)
    {
        if (await new RunLedger(context.Database).SavedAsync(context.Run.Name, "baseline", cancellation) is not { } baseline)
        {
            return StepOutcome.Finished();
        }

        if (Kept<RowsRestore.Place>(context, "rows") is not { Table: 2 } && await RestoreAsync(context, cancellation))
        {
            return new StepOutcome.More();
        }

        await using var connection = await context.Database.OpenConnectionAsync(cancellation);
        await using var command = connection.WithBackups(
            "pre-flight/proof",
            Backup.Tables.Select(table => Backup.Of(context.Run, table)),
            context.Run.Symbol.Name,
            baseline
        );
        command.CommandTimeout = 0;
        var (wrong, explained, sample, left, foreign, arrived, registry) = (
            await command.RowsAsync(
                row =>
                    (
                        row.GetInt64(0),
                        row.GetInt64(1),
                        row.GetString(2),
                        row.GetInt64(3),
                        row.GetInt64(4),
                        row.GetInt64(5),
                        row.GetBoolean(6)
                    ),
                cancellation
            )
        )[0];
        var observed =
            string.Create(
                CultureInfo.InvariantCulture,
                $"{wrong} rows are gone or changed{(wrong > 0 ? $" ({sample})" : "")}, {left} rows of the run are left in data_bars, "
            )
            + (registry ? "the registry's row is as before; " : "the registry's row differs; ")
            + string.Create(
                CultureInfo.InvariantCulture,
                $"{arrived} rows arrived in derived_data_bars, {foreign} of other programs in data_bars, {explained} were changed by "
                    + $"others or corrected"
            );
        var gate = Gate.Of(
            "pre-flight/rolled-back",
            wrong == 0 && left == 0 && registry,
            "the tables are what they were, but for what arrived meanwhile",
            observed,
            $"compare with {Backup.Of(context.Run, Backup.Tables[0])} and {Backup.Of(context.Run, Backup.Tables[1])}",
            "bring these rows back from the backup; the run looks again by itself"
        );
        return gate.Verdict == GateVerdict.Fail ? new StepOutcome.Waiting([gate], Soon) : StepOutcome.Finished(gate);
    }

    // Whether there is more.
    async Task<bool> RestoreAsync(RunContext context, CancellationToken cancellation)
    {
        await using var transaction = await context.BeginAsync(cancellation);
        if (
            await RowsRestore.AdvanceAsync(
                context,
                transaction,
                Kept<RowsRestore.Place>(context, "rows") ?? new RowsRestore.Place(),
                cancellation
            )
            is not { } place
        )
        {
            return false;
        }

        await KeepAsync(context, transaction, "rows", place, cancellation);
        await context.At(this, "undo-written", cancellation);
        await transaction.CommitAsync(cancellation);
        await context.At(this, "undo-committed", cancellation);
        return true;
    }
}
