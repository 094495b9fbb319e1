using DxyOrleans.Core.Gates;
using DxyOrleans.Core.Time;
using DxyOrleans.Migration.Engine;
using DxyOrleans.Migration.Rules;
using DxyOrleans.Migration.Verification;

namespace DxyOrleans.Migration.Steps;

/// <summary>
/// A step that rests on verifications of its own. Each is kept under a name in the step's checkpoint, taken on a portion a call, and begun
/// anew a while after it found differences: what a transaction of somebody else mends needs nobody to say so.
/// </summary>
abstract class VerifyingStep(string name, MigrationPhase phase) : MigrationStep(name, phase)
{
    /// <summary>The verification kept under the name, once it is finished and equal; else what the step has to say.</summary>
    /// <param name="context">The run.</param>
    /// <param name="key">Its name in the checkpoint.</param>
    /// <param name="scope">What it compares.</param>
    /// <param name="range">Bars, by their open; null: all.</param>
    /// <param name="cancellation">Ends the statements.</param>
    /// <param name="isGood">Which finished one will do; null: an equal one.</param>
    protected async Task<(VerificationResult? Equal, StepOutcome? Instead)> VerifyAsync(
        RunContext context,
        string key,
        VerificationScope scope,
        TimeRange? range,
        CancellationToken cancellation,
        Func<VerificationResult, bool>? isGood = null
    )
    {
        var verifications = new TableVerification(context.Database);
        if (Kept<long?>(context, key) is not { } id)
        {
            return (null, await BeginAsync(context, key, scope, range, cancellation));
        }

        var verification = await verifications.AdvanceAsync(id, cancellation);
        if (verification.State == VerificationState.Running)
        {
            return (null, new StepOutcome.More());
        }

        if (verification.State == VerificationState.Equal || isGood?.Invoke(verification) == true)
        {
            return (verification, null);
        }

        // Somebody may have mended it and verified since.
        var newest = await verifications.NewestAsync(context.Run.Name, scope, cancellation);
        var now = await context.Database.NowAsync(cancellation);
        return
            newest is { State: VerificationState.Equal } mended && mended.Id > id
            || now >= verification.FinishedAt + TimeSpan.FromMinutes(context.Run.Settings.SettleMinutes)
            ? (null, await BeginAsync(context, key, scope, range, cancellation))
            : (null, new StepOutcome.Waiting([Told(key, verification)], Soon));
    }

    /// <summary>Whether the verification, equal, holds for the tables as they are now; else it is dropped, and another begins with a later
    /// call.</summary>
    protected async Task<StepOutcome?> StaleAsync(
        RunContext context,
        string key,
        VerificationResult verification,
        CancellationToken cancellation
    )
    {
        var confirmed = await VerificationConfirmation.ReadAsync(context.Database, verification, cancellation);
        if (confirmed.Holds)
        {
            return null;
        }

        await using var transaction = await context.BeginAsync(cancellation);
        await KeepAsync(context, transaction, key, (long?)null, cancellation);
        await transaction.CommitAsync(cancellation);
        return FullVerification.NotConfirmed(verification, $"{Phase.Title()}/{key}", confirmed);
    }

    /// <summary>What a finished verification says, as a gate named for the phase and the key.</summary>
    protected Gate Told(string key, VerificationResult verification) =>
        Gate.Of(
            $"{Phase.Title()}/{key}",
            verification.State == VerificationState.Equal,
            "the tables are equal, or their differences explained",
            verification.State == VerificationState.NotCompared
                ? verification.Note ?? "nothing was compared"
                : $"{verification.Compared} compared: {verification.Missing} missing, {verification.Extra} extra, "
                    + $"{verification.Different} different, {verification.Explained} explained",
            $"verification {verification.Id}",
            $"mend what differs and 'migrate verify'; without that it is verified again after some market minutes"
        );

    async Task<StepOutcome> BeginAsync(
        RunContext context,
        string key,
        VerificationScope scope,
        TimeRange? range,
        CancellationToken cancellation
    )
    {
        var id = await new TableVerification(context.Database).StartAsync(context.Run.Name, context.Run.Symbol, scope, range, cancellation);
        await context.At(this, $"{key} begun", cancellation);
        await using var transaction = await context.BeginAsync(cancellation);
        await KeepAsync(context, transaction, key, (long?)id, cancellation);
        await transaction.CommitAsync(cancellation);
        return new StepOutcome.More();
    }
}
