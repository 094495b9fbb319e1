using DxyOrleans.Core.Gaps;
using DxyOrleans.Core.Gates;
using DxyOrleans.Core.Health;
using DxyOrleans.Core.Indexes;
using DxyOrleans.Core.Time;

namespace DxyOrleans.Migration.Rules;

/// <summary>
/// From what a sample saw to its checks. Pure. Beside the rules of <see cref="HealthRules"/>, which say how a running system is, these say
/// whether the migration may go on: a bar that could be there and isn't, or that differs in the two tables, is a failure at once.
/// </summary>
public static class ObservationRules
{
    // As long as freshness allows: after the market's opening the first bars may take a moment, and the hour has few minutes yet.
    const int Opening = 3;

    static readonly TimeSpan Skew = TimeSpan.FromMinutes(2);

    public static IReadOnlyList<HealthCheck> Judge(ObservationFacts facts, RunSettings settings)
    {
        var implied = Implied(facts);
        return
        [
            Freshness(facts),
            Derived(facts, implied),
            Coverage(facts, settings),
            Parity(facts),
            .. facts.Buckets.Select(bucket => Schedule(facts, bucket)),
            Future(facts),
            Outliers(facts, implied),
            Backlog(facts),
            HealthRules.Parked(facts.Parked, facts.Attempts),
            LegacyWrites(facts, settings),
        ];
    }

    /// <summary>The worst of the checks.</summary>
    public static GateVerdict Worst(IEnumerable<HealthCheck> checks) =>
        checks.Select(check => check.Status).DefaultIfEmpty(HealthStatus.Warn).Max() switch
        {
            HealthStatus.Pass => GateVerdict.Pass,
            HealthStatus.Warn => GateVerdict.Warn,
            _ => GateVerdict.Fail,
        };

    static Dictionary<UtcTime, decimal> Implied(ObservationFacts facts) =>
        facts.Index is { } index
            ? IndexRule
                .Derive(index, facts.Components, facts.LastHour, index.Rule)
                .Minutes.ToDictionary(minute => minute.Time, minute => minute.Level)
            : [];

    static HealthCheck Freshness(ObservationFacts facts)
    {
        UtcTime? newest = facts.Bars.Count == 0 ? null : UtcTime.Min(facts.Bars[^1].Time, facts.Settled);
        return newest is null
            ? new HealthCheck("freshness", facts.Symbol.Name, HealthStatus.Fail, "the new table has no bar")
            : HealthRules.Freshness(facts.Symbol.Name, newest, facts.Settled, calendar: facts.Calendar);
    }

    // Every minute that the components give has to be there: the newest and those behind it.
    static HealthCheck Derived(ObservationFacts facts, Dictionary<UtcTime, decimal> implied)
    {
        if (facts.Index is null)
        {
            return new HealthCheck("derived", facts.Symbol.Name, HealthStatus.Fail, "the registry names no components: nothing derives it");
        }

        var there = facts.Bars.Select(bar => bar.Time).ToHashSet();
        var lacking = implied.Keys.Where(minute => !there.Contains(minute)).Order().ToList();
        return new HealthCheck(
            "derived",
            facts.Symbol.Name,
            lacking.Count == 0 ? HealthStatus.Pass : HealthStatus.Fail,
            lacking.Count == 0
                ? $"each of {implied.Count} minutes that its components give"
                : $"{lacking.Count} of {implied.Count} minutes that its components give are missing, {lacking[0]} the first"
        );
    }

    static HealthCheck Coverage(ObservationFacts facts, RunSettings settings)
    {
        var expected = facts.Calendar.ExpectedMinutes(facts.LastHour);
        if (expected == 0)
        {
            return new HealthCheck("coverage", facts.Symbol.Name, HealthStatus.Pass, "the market was closed");
        }

        var present = facts.Bars.Select(bar => bar.Time).Where(facts.LastHour.Contains).Select(time => time.Minute).ToList();
        var gaps = GapFinder.Find(
            facts.LastHour,
            present,
            [.. facts.Components.Select(component => new ComponentMinutes(component.Symbol, component.Minutes))],
            facts.Index is { } index ? index.Rule.MaxAge(index) : 0,
            calendar: facts.Calendar
        );
        var lacking = gaps.Sum(gap => gap.Minutes);
        var share = 1 - ((double)lacking / expected);
        var missing = gaps.SelectMany(gap => gap.Missing).Distinct().ToList();
        return new HealthCheck(
            "coverage",
            facts.Symbol.Name,
            share >= settings.MinCoverage || lacking <= Opening ? HealthStatus.Pass : HealthStatus.Warn,
            FormattableString.Invariant($"{share:P1} of the last hour's {expected} market minutes")
                + (missing.Count == 0 ? "" : $"; without {string.Join(", ", missing)}")
        );
    }

    static HealthCheck Parity(ObservationFacts facts) =>
        new(
            "parity",
            facts.Symbol.Name,
            facts.Unequal.Count == 0 ? HealthStatus.Pass : HealthStatus.Fail,
            facts.Unequal.Count == 0
                ? "the last hour is equal in both tables"
                : $"{facts.Unequal[0].Time} {facts.Unequal[0].What}"
                    + (facts.Unequal.Count > 1 ? $", and {facts.Unequal.Count - 1} more" : "")
        );

    static HealthCheck Schedule(ObservationFacts facts, BucketFact bucket) =>
        new(
            "schedule",
            $"{facts.Symbol}/{bucket.Timeframe}",
            bucket.Expected is null || bucket.IsThere ? HealthStatus.Pass : HealthStatus.Fail,
            bucket.Expected is not { } expected ? "nothing to roll up yet"
                : bucket.IsThere ? $"bucket {expected} is there"
                : $"bucket {expected} should be there; the newest is {(bucket.Newest is { } newest ? newest.ToString() : "none")}"
        );

    static HealthCheck Future(ObservationFacts facts)
    {
        var ahead = facts.Newest is { } newest && newest > facts.Now + Skew;
        return new HealthCheck(
            "future",
            facts.Symbol.Name,
            ahead ? HealthStatus.Fail : HealthStatus.Pass,
            ahead ? $"a bar of {facts.Newest} lies in the future" : "no bar lies in the future"
        );
    }

    static HealthCheck Outliers(ObservationFacts facts, Dictionary<UtcTime, decimal> implied)
    {
        var faults = PriceRules.Faults(facts.Bars, implied, PriceRules.Bounds(facts.Symbol), facts.LastHour.From).ToList();
        var worst = faults.OrderByDescending(fault => fault.Verdict).FirstOrDefault();
        return new HealthCheck(
            "outliers",
            facts.Symbol.Name,
            faults.Count == 0 ? HealthStatus.Pass
                : worst.Verdict == GateVerdict.Fail ? HealthStatus.Fail
                : HealthStatus.Warn,
            faults.Count == 0
                ? "none in the last hour"
                : $"{worst.Time} {worst.What}" + (faults.Count > 1 ? $", and {faults.Count - 1} more" : "")
        );
    }

    static HealthCheck Backlog(ObservationFacts facts)
    {
        var oldest = facts.OldestDue is { } since ? facts.Now - facts.Settle - since : (TimeSpan?)null;
        return HealthRules.Backlog(oldest, facts.DueMinutes, 0) with { Subject = facts.Symbol.Name };
    }

    static HealthCheck LegacyWrites(ObservationFacts facts, RunSettings settings)
    {
        var unwanted = facts.LegacyWrites > 0 && settings.LegacyWriters == LegacyWriters.Stopped;
        return new HealthCheck(
            "legacy writers",
            facts.Symbol.Name,
            unwanted ? HealthStatus.Warn : HealthStatus.Pass,
            facts.LegacyWrites == 0
                ? "none wrote in the last hour"
                : $"{facts.LegacyWrites} statements of other programs wrote to the old table in the last hour"
        );
    }
}
