using System.Text.Json;
using DxyOrleans.Core.Gates;
using DxyOrleans.Core.Time;
using DxyOrleans.Migration.Engine;
using DxyOrleans.Migration.Verification;

namespace DxyOrleans.Migration.Steps;

/// <summary>
/// For gates: a full verification of the run that is equal, and what was written to its bars since too. Begun, gone on with, confirmed, and
/// begun anew where it isn't; which one it is stands in the step's checkpoint, so that a kill costs a portion.
/// </summary>
static class FullVerification
{
    const string Key = "verification";

    // The newest minutes may still be derived anew by components that come late; they are covered by the next verification.
    static readonly TimeSpan Settling = TimeSpan.FromMinutes(5);

    // So much was written since that all is verified again: there is no hurry then.
    static readonly TimeSpan AfterWrites = TimeSpan.FromSeconds(2);

    /// <summary>Takes it a portion further: what the step has to say meanwhile, or the finished one with its gate.</summary>
    public static async Task<(StepOutcome? Instead, Gate Gate, VerificationResult Verification)> AdvanceAsync(
        RunContext context,
        IMigrationStep step,
        string gate,
        CancellationToken cancellation
    )
    {
        var verification = new TableVerification(context.Database);
        if (Number(context, step) is not { } number)
        {
            await BeginAsync(context, step, verification, cancellation);
            return (new StepOutcome.More(), null!, null!);
        }

        var found = await verification.AdvanceAsync(number, cancellation);
        if (found.State == VerificationState.Running)
        {
            return (new StepOutcome.More(), null!, null!);
        }

        // Who writes all the while is followed, not waited for: what he wrote since is compared again.
        var confirmed =
            found.State == VerificationState.Equal ? await VerificationConfirmation.ReadAsync(context.Database, found, cancellation) : null;
        if (confirmed is { Holds: true })
        {
            return (null, ToGate(found, gate, confirmed), found);
        }

        await KeepAsync(context, step, null, cancellation);
        return (confirmed is null ? null : NotConfirmed(found, gate, confirmed), ToGate(found, gate, confirmed), found);
    }

    /// <summary>What a step says whose equal verification doesn't hold any more: after a pause it is looked at anew.</summary>
    public static StepOutcome NotConfirmed(VerificationResult found, string gate, VerificationConfirmation confirmed) =>
        new StepOutcome.Waiting([ToGate(found, gate, confirmed)], AfterWrites);

    /// <summary>A finished verification as a gate.</summary>
    /// <param name="found">The verification.</param>
    /// <param name="gate">The gate's name.</param>
    /// <param name="confirmed">What became of it since; null where nobody asked.</param>
    public static Gate ToGate(VerificationResult found, string gate, VerificationConfirmation? confirmed) =>
        Gate.Of(
            gate,
            found.State == VerificationState.Equal && confirmed?.Holds != false,
            "every bar equal in both tables: 0 missing, 0 extra, 0 different",
            $"{found.Compared} bars compared: {found.Missing} missing, {found.Extra} extra, {found.Different} different, "
                + $"{found.Explained} explained"
                + (found.Note is { } note ? $" ({note})" : "")
                + confirmed switch
                {
                    { Why: { } why } => $"; {why}",
                    { Bars: > 0 } => $"; {confirmed.Bars} bars of days that were written to since are equal too",
                    _ => "",
                },
            $"verification {found.Id}: SELECT * FROM dxy.verification WHERE id = {found.Id}",
            found.State == VerificationState.Equal
                ? "nothing: it is verified again"
                : "'migrate verify' shows samples; mend what differs, or roll back; 'migrate retry' looks again at once"
        );

    static async Task BeginAsync(RunContext context, IMigrationStep step, TableVerification verification, CancellationToken cancellation)
    {
        var (first, now) = (
            await context
                .Database.Migration("derive/first_bar", context.Run.Symbol.Name)
                .RowsAsync(reader => (reader.IsDBNull(0) ? (UtcTime?)null : reader.GetUtc(0), reader.GetUtc(1)), cancellation)
        )[0];
        var until = now.Floor(Timeframe.OneMinute) - Settling;
        var range = first is { } from && from < until ? new TimeRange(from, until) : (TimeRange?)null;
        var number = await verification.StartAsync(context.Run.Name, context.Run.Symbol, VerificationScope.Full, range, cancellation);
        await KeepAsync(context, step, number, cancellation);
    }

    static long? Number(RunContext context, IMigrationStep step)
    {
        using var checkpoint = JsonDocument.Parse(context.Progress(step).Checkpoint);
        return checkpoint.RootElement.TryGetProperty(Key, out var value) && value.ValueKind == JsonValueKind.Number
            ? value.GetInt64()
            : null;
    }

    static async Task KeepAsync(RunContext context, IMigrationStep step, long? number, CancellationToken cancellation)
    {
        var progress = context.Progress(step);
        var checkpoint = JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(progress.Checkpoint)!;
        checkpoint[Key] = JsonSerializer.SerializeToElement(number);
        await using var transaction = await context.BeginAsync(cancellation);
        await transaction.StepAsync(progress with { Checkpoint = JsonSerializer.Serialize(checkpoint) }, cancellation);
        await transaction.CommitAsync(cancellation);
    }
}
