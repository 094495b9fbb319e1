using DxyOrleans.Core.Gates;
using DxyOrleans.Migration.Engine;
using DxyOrleans.Migration.Rules;

namespace DxyOrleans.Migration.Steps.Derive;

/// <summary>The minutes that nobody derived between the old writers' last and our first.</summary>
sealed class CatchUpStep() : MigrationStep("derive/catch-up", MigrationPhase.Derive)
{
    public override async Task<IReadOnlyList<string>> PlanAsync(RunContext context, CancellationToken cancellation)
    {
        var missing = await MissingMinutes.ReadAsync(context, cancellation);
        return
        [
            $"derive {missing.Sum(range => range.Length.Ticks / TimeSpan.TicksPerMinute)} minutes of the last days that the old table "
                + $"lacks",
        ];
    }

    public override async Task<StepOutcome> AdvanceAsync(RunContext context, CancellationToken cancellation)
    {
        if (Kept<DateTime[]>(context, "asked") is not { } asked)
        {
            var missing = await MissingMinutes.ReadAsync(context, cancellation);
            await using var transaction = await context.BeginAsync(cancellation);
            await DueWork.AskAsync(transaction, context.Run.Series, missing, cancellation);
            await KeepAsync(context, transaction, "asked", MissingMinutes.Span(missing), cancellation);
            await context.At(this, "written", cancellation);
            await transaction.CommitAsync(cancellation);
            await context.At(this, "committed", cancellation);
            return new StepOutcome.More();
        }

        if (asked.Length == 0)
        {
            return StepOutcome.Finished();
        }

        var gate = await MissingMinutes.CheckAsync(context, "derive/catch-up", asked, cancellation);
        return gate.Verdict == GateVerdict.Pass ? StepOutcome.Finished(gate) : new StepOutcome.Waiting([gate], Soon);
    }
}
