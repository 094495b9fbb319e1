using DxyOrleans.Core.Migration;

namespace DxyOrleans.Storage.Migration.Phases;

/// <summary>Turning the route on the ground of a full verification that nobody has written after: looked at once more when the route is held and nobody can write.</summary>
static class VerifiedFlip
{
    static readonly TimeSpan AfterDifference = TimeSpan.FromSeconds(20);

    /// <summary>Takes it further; what the step has to say, or null once the route is turned.</summary>
    /// <param name="context">The run.</param>
    /// <param name="step">The step whose business it is.</param>
    /// <param name="mode">The route's new mode.</param>
    /// <param name="gate">The verification's gate.</param>
    /// <param name="beside">What else the turning transaction does.</param>
    /// <param name="cancellation">Ends the statements.</param>
    public static async Task<StepOutcome?> AdvanceAsync(
        RunContext context, IMigrationStep step, string mode, string gate, Func<RunTransaction, Task> beside, CancellationToken cancellation)
    {
        if (await FullVerification.AdvanceAsync(context, step, gate, cancellation) is not { } result)
        {
            return new StepOutcome.More();
        }

        if (result.Gate.Verdict != GateVerdict.Pass)
        {
            return new StepOutcome.Waiting([result.Gate], AfterDifference);
        }

        await using var transaction = await context.BeginAsync(cancellation);
        await transaction.LockBudgetAsync(cancellation);
        var epoch = await transaction.FlipRouteAsync(mode, cancellation);
        if (!await new TableVerification(context.Database).IsFreshAsync(result.Verification, cancellation))
        {
            // Somebody wrote between the verification and the lock: not on this ground. The next call verifies anew.
            return new StepOutcome.More();
        }

        await transaction.GatesAsync(step.Phase, [result.Gate], cancellation);
        await transaction.EventAsync("route turned", $$"""{"mode": "{{mode}}", "epoch": {{epoch}}, "verification": {{result.Verification.Id}}}""", cancellation);
        await beside(transaction);
        await context.At(step, "written", cancellation);
        await transaction.CommitAsync(cancellation);
        await context.At(step, "committed", cancellation);
        return null;
    }
}
