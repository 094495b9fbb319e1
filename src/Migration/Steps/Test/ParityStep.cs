using System.Globalization;
using DxyOrleans.Core.Gates;
using DxyOrleans.Core.Time;
using DxyOrleans.Migration.Engine;
using DxyOrleans.Migration.Rules;
using DxyOrleans.Migration.Verification;

namespace DxyOrleans.Migration.Steps.Test;

/// <summary>
/// Old table, new table and a recomputation from the components, of the last days and of days spread over all of history. Tables that
/// differ fail; bars that an older method made otherwise than ours would are told, and want consent.
/// </summary>
sealed class ParityStep() : VerifyingStep("test/parity", MigrationPhase.Test)
{
    const int Newest = 7;
    const int Sampled = 12;

    public override Task<IReadOnlyList<string>> PlanAsync(RunContext context, CancellationToken cancellation) =>
        Task.FromResult<IReadOnlyList<string>>([
            $"recompute the newest {Newest} days of {context.Run.Symbol} and {Sampled} days of its history, and compare with both tables",
        ]);

    public override async Task<StepOutcome> AdvanceAsync(RunContext context, CancellationToken cancellation)
    {
        if (Kept<string[]>(context, "ranges") is not { } ranges)
        {
            return await ChooseAsync(context, cancellation);
        }

        var finished = new List<VerificationResult>();
        for (var i = 0; i < ranges.Length; i++)
        {
            var ends = ranges[i].Split('/');
            var range = new TimeRange(UtcTime.Parse(ends[0]), UtcTime.Parse(ends[1]));
            var (verification, instead) = await VerifyAsync(
                context,
                string.Create(CultureInfo.InvariantCulture, $"parity {i + 1}"),
                VerificationScope.Parity,
                range,
                cancellation,
                IsEqualInBoth
            );
            if (verification is null)
            {
                return instead!;
            }

            finished.Add(verification);
        }

        var deviating = finished.Sum(verification => verification.Recomputation.Deviating);
        var (agreeing, gone, changed) = (
            finished.Sum(one => one.Recomputation.Agreeing),
            finished.Sum(one => one.Recomputation.InputsGone),
            finished.Sum(one => one.Recomputation.InputsDiffer)
        );
        var verdict = deviating > 0 || agreeing == 0 ? GateVerdict.Warn : GateVerdict.Pass;
        return StepOutcome.Finished(
            new Gate(
                "test/parity",
                verdict,
                "both tables hold what the components give",
                $"{agreeing} bars agree, {deviating} deviate, of {gone} the components are gone, of {changed} they were changed since",
                $"verifications {string.Join(", ", finished.Select(verification => verification.Id))}",
                verdict == GateVerdict.Pass
                    ? null
                    : "the tables are equal; when an older method explains the rest, 'migrate ack test/parity'"
            )
        );
    }

    static bool IsEqualInBoth(VerificationResult verification) =>
        verification.State != VerificationState.Running
        && verification.Missing == 0
        && verification.Extra == 0
        && verification.Different == verification.Recomputation.Deviating;

    async Task<StepOutcome> ChooseAsync(RunContext context, CancellationToken cancellation)
    {
        var (oldest, newest) = (
            await context
                .Database.Migration("test/span", context.Run.Symbol.Name)
                .RowsAsync(reader => reader.IsDBNull(0) ? ((UtcTime, UtcTime)?)null : (reader.GetUtc(0), reader.GetUtc(1)), cancellation)
        )[0]
            is { } span
            ? span
            : default;
        if (newest == default)
        {
            return new StepOutcome.Waiting(
                [
                    new Gate(
                        "test/parity",
                        GateVerdict.Fail,
                        "bars to compare",
                        "the new table has none",
                        null,
                        "'migrate rollback', and look at what was copied"
                    ),
                ],
                Soon
            );
        }

        var recent = UtcTime.Max(oldest, newest - TimeSpan.FromDays(Newest));
        List<TimeRange> chosen = [new TimeRange(recent, newest + Timeframe.OneMinute)];
        var step = TimeSpan.FromTicks(Math.Max((recent - oldest).Ticks / Sampled, TimeSpan.TicksPerDay));
        for (var from = oldest; from < recent; from += step)
        {
            chosen.Add(new TimeRange(from, UtcTime.Min(from + TimeSpan.FromDays(1), recent)));
        }

        await using var transaction = await context.BeginAsync(cancellation);
        await KeepAsync(context, transaction, "ranges", chosen.Select(range => $"{range.From}/{range.To}").ToArray(), cancellation);
        await transaction.CommitAsync(cancellation);
        return new StepOutcome.More();
    }
}
