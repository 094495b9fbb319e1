using DxyOrleans.Core.Gates;
using DxyOrleans.Core.Time;
using DxyOrleans.Migration.Engine;
using DxyOrleans.Migration.Rules;

namespace DxyOrleans.Migration.Steps.Copy;

/// <summary>
/// Bars of the old table marked partial though their minute has ended are made due, so that the deriver completes them, in both tables.
/// What stays partial, because the components don't give it, is a conflict. Nothing to undo: a completed bar is one that arrived.
/// </summary>
sealed class PartialsStep() : MigrationStep("copy/partials", MigrationPhase.Copy)
{
    sealed record Asked
    {
        public DateTime? From { get; init; }

        public DateTime? To { get; init; }
    }

    public override async Task<IReadOnlyList<string>> PlanAsync(RunContext context, CancellationToken cancellation)
    {
        var ranges = await RangesAsync(context, cancellation);
        return
        [
            $"derive {ranges.Sum(range => (long)range.Length.TotalMinutes)} partial bars of derived_data_bars again, as far as their "
                + $"components allow",
        ];
    }

    public override async Task<StepOutcome> AdvanceAsync(RunContext context, CancellationToken cancellation)
    {
        var progress = context.Progress(this);
        var asked = StepCheckpoint.Read<Asked>(progress);
        if (asked.From is { } from)
        {
            var gate = await DueWork.CheckAsync(
                context,
                "copy/partials",
                context.Run.Series,
                new TimeRange(UtcTime.From(from), UtcTime.From(asked.To!.Value)),
                cancellation
            );
            return gate.Verdict == GateVerdict.Pass ? StepOutcome.Finished(gate) : new StepOutcome.Waiting([gate], Soon);
        }

        var ranges = await RangesAsync(context, cancellation);
        if (ranges.Count == 0)
        {
            return StepOutcome.Finished();
        }

        await using var transaction = await context.BeginAsync(cancellation);
        await DueWork.AskAsync(transaction, context.Run.Series, ranges, cancellation);
        asked = new Asked { From = ranges[0].From.ToDateTime(), To = ranges[^1].To.ToDateTime() };
        await transaction.StepAsync(
            progress with
            {
                Checkpoint = StepCheckpoint.Write(asked),
                Total = ranges.Sum(range => (long)range.Length.TotalMinutes),
            },
            cancellation
        );
        await context.At(this, "written", cancellation);
        await transaction.CommitAsync(cancellation);
        await context.At(this, "committed", cancellation);
        return new StepOutcome.More();
    }

    static Task<List<TimeRange>> RangesAsync(RunContext context, CancellationToken cancellation) =>
        context
            .Database.Migration("copy/partial_ranges", context.Run.Symbol.Name)
            .RowsAsync(reader => new TimeRange(reader.GetUtc(0), reader.GetUtc(1)).Widen(Timeframe.OneMinute), cancellation);
}
