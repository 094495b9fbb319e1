using System.Globalization;
using System.Text.Json.Nodes;
using DxyOrleans.Bars;
using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Time;

namespace DxyOrleans.Migration.Shadow;

/// <summary>One target's bars of one UTC day: what the host's programs wrote beside what deriving gives.</summary>
/// <param name="Target">Whose bars.</param>
/// <param name="Day">The day's first instant.</param>
/// <param name="Equal">Bars that stand in the host as deriving gives them.</param>
/// <param name="Different">Bars with other prices.</param>
/// <param name="Missing">Bars that deriving gives and the host hasn't.</param>
/// <param name="Extra">Bars that only the host has.</param>
/// <param name="LargestDifference">Between two prices.</param>
/// <param name="Samples">A JSON array of some of the bars that aren't equal.</param>
/// <param name="ComparedAt">Market time.</param>
public sealed record ShadowDay(
    Series Target,
    UtcTime Day,
    long Equal,
    long Different,
    long Missing,
    long Extra,
    decimal LargestDifference,
    string Samples,
    UtcTime ComparedAt
)
{
    // One unit of the eighth place, to which prices are rounded.
    const decimal Tolerance = 1e-8m;
    const int MaxSamplesOfAKind = 5;

    public bool IsEqual => Different + Missing + Extra == 0;

    /// <summary>Why the last comparison of the day failed; null when it didn't. The counts are then those of the one before.</summary>
    public string? Fault =>
        JsonNode.Parse(Samples)!.AsArray().FirstOrDefault(sample => (string?)sample!["kind"] == "fault") is { } fault
            ? (string?)fault["reason"]
            : null;

    /// <summary>Whether it was ever compared.</summary>
    public bool WasCompared => ComparedAt > UtcTime.From(DateTime.UnixEpoch);

    /// <summary>Compares. Of an index's minute only the close is judged: what a host sampled within the minute can't be derived.</summary>
    public static ShadowDay Compare(Series target, UtcTime day, IEnumerable<BarRow> derived, IEnumerable<StoredBar> stored, UtcTime now)
    {
        var (equal, different, missing, largest) = (0L, 0L, 0L, 0m);
        var samples = new JsonArray();
        var host = new Dictionary<UtcTime, Bar>();
        foreach (var found in stored)
        {
            host[found.Bar.Time] = found.Bar;
        }

        foreach (var expected in derived.Select(row => row.Bar))
        {
            if (!host.Remove(expected.Time, out var found))
            {
                missing++;
                Sample("missing", expected.Time, null, expected.Close);
                continue;
            }

            var distance = target.Timeframe == Timeframe.OneMinute ? Math.Abs(found.Close - expected.Close) : Distance(found, expected);
            largest = Math.Max(largest, distance);
            if (distance <= Tolerance)
            {
                equal++;
            }
            else
            {
                different++;
                Sample("different", expected.Time, found.Close, expected.Close);
            }
        }

        foreach (var extra in host.Values.OrderBy(bar => bar.Time))
        {
            Sample("extra", extra.Time, extra.Close, null);
        }

        return new ShadowDay(target, day, equal, different, missing, host.Count, largest, samples.ToJsonString(), now);

        void Sample(string kind, UtcTime time, decimal? inHost, decimal? given)
        {
            if (samples.Count(sample => (string?)sample!["kind"] == kind) < MaxSamplesOfAKind)
            {
                samples.Add(
                    (JsonNode)
                        new JsonObject
                        {
                            ["kind"] = kind,
                            ["ts_utc"] = time.ToString(),
                            ["shop"] = Text(inHost),
                            ["derived"] = Text(given),
                        }
                );
            }
        }
    }

    static decimal Distance(Bar one, Bar other) =>
        Math.Max(
            Math.Max(Math.Abs(one.Open - other.Open), Math.Abs(one.High - other.High)),
            Math.Max(Math.Abs(one.Low - other.Low), Math.Abs(one.Close - other.Close))
        );

    static string? Text(decimal? price) => price?.ToString(CultureInfo.InvariantCulture);
}
