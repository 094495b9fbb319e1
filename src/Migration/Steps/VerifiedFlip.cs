using DxyOrleans.Core.Gates;
using DxyOrleans.Migration.Engine;
using DxyOrleans.Migration.Verification;

namespace DxyOrleans.Migration.Steps;

/// <summary>
/// Turning the route on the ground of a full verification: what was written since is compared once more when the route is held and nobody
/// can write, which takes as long as a few days' bars take.
/// </summary>
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
        RunContext context,
        IMigrationStep step,
        string mode,
        string gate,
        Func<RunTransaction, Task> beside,
        CancellationToken cancellation
    )
    {
        var result = await FullVerification.AdvanceAsync(context, step, gate, cancellation);
        if (result.Instead is { } instead)
        {
            return instead;
        }

        if (result.Gate.Verdict != GateVerdict.Pass)
        {
            return new StepOutcome.Waiting([result.Gate], AfterDifference);
        }

        await using var transaction = await context.BeginAsync(cancellation);
        await transaction.LockBudgetAsync(cancellation);
        var epoch = await transaction.FlipRouteAsync(mode, cancellation);
        var confirmed = await VerificationConfirmation.ReadAsync(context.Database, result.Verification, cancellation);
        if (!confirmed.Holds)
        {
            // Somebody wrote between the verification and the lock: not on this ground.
            return FullVerification.NotConfirmed(result.Verification, gate, confirmed);
        }

        await transaction.GatesAsync(step.Phase, [FullVerification.ToGate(result.Verification, gate, confirmed)], cancellation);
        await transaction.EventAsync(
            "route turned",
            $$"""{"mode": "{{mode}}", "epoch": {{epoch}}, "verification": {{result.Verification.Id}}}""",
            cancellation
        );
        await beside(transaction);
        await context.At(step, "written", cancellation);
        await transaction.CommitAsync(cancellation);
        await context.At(step, "committed", cancellation);
        return null;
    }
}
