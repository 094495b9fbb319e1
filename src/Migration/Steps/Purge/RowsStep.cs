using DxyOrleans.Migration.Engine;
using DxyOrleans.Migration.Rules;
using DxyOrleans.Migration.Steps.CleanUp;

namespace DxyOrleans.Migration.Steps.Purge;

/// <summary>What cleanup soft-deleted goes for good, batch by batch as it was removed, and the run's backups with it. It can't be undone:
/// it is ordered by itself, after retention.</summary>
sealed class RowsStep() : MigrationStep("purge/rows", MigrationPhase.Purge)
{
    sealed record Place
    {
        /// <summary>The batch purged last.</summary>
        public int Purged { get; init; }

        public WalMark? Wal { get; init; }
    }

    public override async Task<IReadOnlyList<string>> PlanAsync(RunContext context, CancellationToken cancellation)
    {
        var rows = await context
            .Database.Migration("cleanup/count_removed", context.Run.Symbol.Name, context.Run.Name)
            .RowsAsync(reader => reader.GetInt64(0), cancellation);
        return [$"delete {rows[0]} soft-deleted rows of derived_data_bars for good, then the run's backups"];
    }

    public override async Task<StepOutcome> AdvanceAsync(RunContext context, CancellationToken cancellation)
    {
        var progress = context.Progress(this);
        var place = StepCheckpoint.Read<Place>(progress);
        var look = await Throttle.CheckAsync(context, place.Wal, cancellation);
        if (look.Held is { } held)
        {
            return held;
        }

        var batch = await RemovedBatch.NextAsync(context.Database, context.Run.Name, place.Purged, back: false, cancellation);
        var began = context.RealTime.GetTimestamp();
        await using var transaction = await context.BeginAsync(cancellation);
        if (batch is not { } next)
        {
            await transaction.LockBudgetAsync(cancellation);
            await transaction
                .Connection.Text(
                    $"""DROP TABLE IF EXISTS dxy_backup."{context.Run.Name}_data_bars", dxy_backup."{context.Run.Name}_derived_data_bars" """
                )
                .RunAsync(cancellation);
            // Nobody needs to know any more who writes the old table late.
            await transaction.EndWatchAsync(cancellation);
            await context.At(this, "dropped", cancellation);
            await transaction.CommitAsync(cancellation);
            return new StepOutcome.Done([], $$"""{"deleted": {{progress.Done}}}""");
        }

        await transaction.HoldRouteForCopyAsync(cancellation);
        long rows = await next.Command(transaction, "purge/purge_batch").RunAsync(cancellation);
        await transaction.BatchAsync(
            Name,
            "derived_data_bars",
            next.Range,
            rows,
            next.Mark,
            context.RealTime.GetElapsedTime(began),
            cancellation
        );
        await transaction.StepAsync(
            progress with
            {
                Checkpoint = StepCheckpoint.Write(new Place { Purged = next.Number, Wal = look.Mark }),
                Done = progress.Done + rows,
            },
            cancellation
        );
        await context.At(this, "written", cancellation);
        await transaction.CommitAsync(cancellation);
        await context.At(this, "committed", cancellation);
        return new StepOutcome.More();
    }
}
