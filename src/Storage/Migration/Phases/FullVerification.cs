using System.Text.Json;
using DxyOrleans.Core.Migration;
using DxyOrleans.Core.Time;

namespace DxyOrleans.Storage.Migration.Phases;

/// <summary>
/// For gates: a full verification of the run that is equal and newer than the last write to the bars it covers. Begun, gone on with and begun anew as needed; which
/// one it is stands in the step's checkpoint, so that a kill costs a portion.
/// </summary>
static class FullVerification
{
    const string Key = "verification";

    // The newest minutes may still be derived anew by components that come late; they are covered by the next verification.
    static readonly TimeSpan Settling = TimeSpan.FromMinutes(5);

    // A difference doesn't mend itself quickly; whoever mended it orders a retry.
    static readonly TimeSpan AfterDifference = TimeSpan.FromSeconds(20);

    /// <summary>Takes it a portion further. Null: it is committed, there is more. Else whether it is equal and fresh, with its gate.</summary>
    public static async Task<(Gate Gate, Verification Verification)?> AdvanceAsync(
        RunContext context, IMigrationStep step, string gate, CancellationToken cancellation)
    {
        var verification = new TableVerification(context.Database);
        if (Number(context, step) is not { } number)
        {
            await BeginAsync(context, step, verification, cancellation);
            return null;
        }

        var found = await verification.AdvanceAsync(number, cancellation);
        if (found.State == VerificationState.Running)
        {
            return null;
        }

        var fresh = found.State == VerificationState.Equal && await verification.IsFreshAsync(found, cancellation);
        if (found.State != VerificationState.Equal || !fresh)
        {
            await KeepAsync(context, step, null, cancellation);
        }

        return found.State == VerificationState.Equal && !fresh ? null : (ToGate(found, gate), found);
    }

    /// <summary>The step's outcome when its only business is such a verification.</summary>
    public static async Task<StepOutcome> OutcomeAsync(RunContext context, IMigrationStep step, string gate, CancellationToken cancellation) =>
        await AdvanceAsync(context, step, gate, cancellation) is not { } result ? new StepOutcome.More()
        : result.Gate.Verdict == GateVerdict.Pass ? StepOutcome.Finished(result.Gate)
        : new StepOutcome.Waiting([result.Gate], AfterDifference);

    public static Gate ToGate(Verification found, string gate) => Gate.Of(
        gate, found.State == VerificationState.Equal, "every bar equal in both tables: 0 missing, 0 extra, 0 different",
        $"{found.Compared} bars compared: {found.Missing} missing, {found.Extra} extra, {found.Different} different, {found.Explained} explained"
            + (found.Note is { } note ? $" ({note})" : ""),
        $"verification {found.Id}: SELECT * FROM dxy.verification WHERE id = {found.Id}",
        "'migrate verify' shows samples; mend what differs, or roll back; 'migrate retry' looks again at once");

    static async Task BeginAsync(RunContext context, IMigrationStep step, TableVerification verification, CancellationToken cancellation)
    {
        var (first, now) = (await context.Database.Migration("derive/first_bar", context.Run.Symbol.Name).RowsAsync(
            reader => (reader.IsDBNull(0) ? (UtcTime?)null : reader.GetUtc(0), reader.GetUtc(1)), cancellation))[0];
        var until = now.Floor(Timeframe.OneMinute) - Settling;
        var range = first is { } from && from < until ? new TimeRange(from, until) : (TimeRange?)null;
        var number = await verification.StartAsync(context.Run.Name, context.Run.Symbol, VerificationScope.Full, range, cancellation);
        await KeepAsync(context, step, number, cancellation);
    }

    static long? Number(RunContext context, IMigrationStep step)
    {
        using var checkpoint = JsonDocument.Parse(context.Progress(step).Checkpoint);
        return checkpoint.RootElement.TryGetProperty(Key, out var value) && value.ValueKind == JsonValueKind.Number ? value.GetInt64() : null;
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
