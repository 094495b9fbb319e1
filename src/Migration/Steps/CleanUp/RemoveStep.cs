using DxyOrleans.Core.Gates;
using DxyOrleans.Core.Time;
using DxyOrleans.Migration.Engine;
using DxyOrleans.Migration.Rules;
using DxyOrleans.Migration.Runs;
using Npgsql;

namespace DxyOrleans.Migration.Steps.CleanUp;

/// <summary>
/// Soft-deletes the old table's rows, a batch a transaction, each only where the same statement finds it proven by the new table. What
/// can't be proven stays. Undoing brings back exactly the rows that bear the batches' marks, the last batch first.
/// </summary>
sealed class RemoveStep() : MigrationStep(Title, MigrationPhase.CleanUp)
{
    internal const string Title = "cleanup/remove";

    static readonly TimeSpan AfterLateWrites = TimeSpan.FromSeconds(5);

    /// <summary>How far the removal, or its undoing, is.</summary>
    internal sealed record Place
    {
        public DateTime? Next { get; init; }

        public int BatchRows { get; init; } = BatchSizer.First;

        /// <summary>The mark of the last batch; at first the newest that any row bears. Later marks are later: no row bears one before its
        /// batch.</summary>
        public DateTime Mark { get; init; }

        public WalMark? Wal { get; init; }

        /// <summary>The batch undone last.</summary>
        public int Undone { get; init; } = int.MaxValue;

        public long Restored { get; init; }

        /// <summary>Rows that stay deleted because another one stands for their minute.</summary>
        public long Replaced { get; init; }
    }

    public override async Task<IReadOnlyList<string>> PlanAsync(RunContext context, CancellationToken cancellation) =>
        [
            $"soft-delete {await ActiveAsync(context, cancellation)} rows of derived_data_bars, each proven by data_bars in the same "
                + $"statement",
        ];

    public override async Task<StepOutcome> AdvanceAsync(RunContext context, CancellationToken cancellation)
    {
        var progress = context.Progress(this);
        var place = StepCheckpoint.Read<Place>(progress);
        var ended = await LateWriters.WritesEndedAsync(context, cancellation);
        var late = await LateWriters.CheckAsync(context, ended, cancellation);
        if (late.Verdict != GateVerdict.Pass)
        {
            return new StepOutcome.Waiting([late], AfterLateWrites);
        }

        var look = await Throttle.CheckAsync(context, place.Wal, cancellation);
        if (look.Held is { } held)
        {
            return held;
        }

        await using var transaction = await context.BeginAsync(cancellation);
        if (place.Next is null)
        {
            var planned = progress.Done + await ActiveAsync(context, cancellation);
            var borne = await transaction
                .Connection.Migration("cleanup/newest_mark", context.Run.Symbol.Name)
                .ValueAsync<DateTime?>(cancellation)
                ?? DateTime.UnixEpoch;
            place = place with { Next = DateTime.UnixEpoch.AddYears(-200), Mark = borne };
            await transaction.StepAsync(progress with { Checkpoint = StepCheckpoint.Write(place), Total = planned }, cancellation);
            await transaction.CommitAsync(cancellation);
            return new StepOutcome.More();
        }

        return await RemoveAsync(context, transaction, progress, place with { Wal = look.Mark }, ended, look.IsLive, cancellation)
            ? new StepOutcome.More()
            : StepOutcome.Finished(late);
    }

    public override async Task<StepOutcome> UndoAsync(RunContext context, CancellationToken cancellation)
    {
        var progress = context.Progress(this);
        var place = StepCheckpoint.Read<Place>(progress);
        if (await RemovedBatch.NextAsync(context.Database, context.Run.Name, place.Undone, back: true, cancellation) is not { } batch)
        {
            return new StepOutcome.Done([], $$"""{"restored": {{place.Restored}}, "replaced_meanwhile": {{place.Replaced}}}""");
        }

        await using var transaction = await context.BeginAsync(cancellation);
        await transaction.HoldRouteForCopyAsync(cancellation);
        try
        {
            // Had the rows not been away, a late writer's statement would have changed them where they stood: so it is now.
            await batch.Command(transaction, "cleanup/take_late").RunAsync(cancellation);
            await batch.Command(transaction, "cleanup/remove_late").RunAsync(cancellation);
            long restored = await batch.Command(transaction, "cleanup/restore_batch").RunAsync(cancellation);
            place = place with
            {
                Undone = batch.Number,
                Restored = place.Restored + restored,
                Replaced = place.Replaced + batch.Rows - restored,
            };
            if (restored < batch.Rows)
            {
                await transaction.EventAsync(
                    "left deleted",
                    $$"""{"rows": {{batch.Rows - restored}}, "from": "{{batch.Range.From}}", "to": "{{batch.Range.To}}", "why": "an """
                        + $$"""active row of the minute came meanwhile"}""",
                    cancellation
                );
            }

            await transaction.StepAsync(progress with { Checkpoint = StepCheckpoint.Write(place) }, cancellation);
            await context.At(this, "undo-written", cancellation);
            await transaction.CommitAsync(cancellation);
        }
        catch (PostgresException taken) when (taken.SqlState == PostgresErrorCodes.UniqueViolation)
        {
            // Somebody stored an active row of one of the minutes since the statement looked; the next call sees it.
            return new StepOutcome.More();
        }

        await context.At(this, "undo-committed", cancellation);
        return new StepOutcome.More();
    }

    async Task<bool> RemoveAsync(
        RunContext context,
        RunTransaction transaction,
        RunStep progress,
        Place place,
        UtcTime ended,
        bool live,
        CancellationToken cancellation
    )
    {
        var (symbol, settings) = (context.Run.Symbol.Name, context.Run.Settings);
        var began = context.RealTime.GetTimestamp();
        await transaction.HoldRouteForCopyAsync(cancellation);
        var (rows, minutes, last, mark) = (
            await transaction
                .Connection.Migration(
                    "cleanup/next_portion",
                    symbol,
                    place.Next!.Value,
                    (long)Math.Min(place.BatchRows, settings.BatchRows),
                    place.Mark
                )
                .RowsAsync(
                    reader =>
                        (
                            (int)reader.GetInt64(0),
                            (int)reader.GetInt64(1),
                            reader.IsDBNull(2) ? (DateTime?)null : reader.GetDateTime(2),
                            reader.GetUtc(3)
                        ),
                    cancellation
                )
        )[0];
        if (last is not { } end)
        {
            return false;
        }

        await context.At(this, "begun", cancellation);
        var to = end.AddMicroseconds(1);
        long removed = await transaction
            .Connection.Migration(
                "cleanup/remove_bars",
                symbol,
                place.Next.Value,
                to,
                context.Run.Name,
                mark.ToDateTime(),
                ended.ToDateTime(),
                rows == minutes
            )
            .RunAsync(cancellation);
        var took = context.RealTime.GetElapsedTime(began);
        if (removed > 0)
        {
            await transaction.BatchAsync(
                Name,
                "derived_data_bars",
                new TimeRange(UtcTime.From(place.Next.Value), UtcTime.From(to)),
                removed,
                mark,
                took,
                cancellation
            );
        }

        place = place with { Next = to, Mark = mark.ToDateTime(), BatchRows = BatchSizer.Next(settings, rows, took, live) };
        await transaction.StepAsync(
            progress with
            {
                Checkpoint = StepCheckpoint.Write(place),
                Done = progress.Done + removed,
            },
            cancellation
        );
        await context.At(this, "written", cancellation);
        await transaction.CommitAsync(cancellation);
        await context.At(this, "committed", cancellation);
        return true;
    }

    static Task<long> ActiveAsync(RunContext context, CancellationToken cancellation) =>
        context.Database.Migration("cleanup/count_active", context.Run.Symbol.Name).ValueAsync<long>(cancellation);
}
