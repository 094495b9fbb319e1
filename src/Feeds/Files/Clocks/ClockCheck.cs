using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Market;

namespace DxyOrleans.Feeds.Files.Clocks;

/// <summary>Holds the clock of a file against the FX week before anything of it is taken.</summary>
static class ClockCheck
{
    // By how often one meets them; of those that fit alike the first is named.
    static readonly FileZone[] s_named =
    [
        .. (
            (string[])["America/New_York", "UTC", "-05:00", "America/New_York+7", "Europe/Athens", "Europe/London", "Europe/Berlin"]
        ).Select(FileZone.Parse),
        .. Enumerable.Range(-12, 27).Select(FileZone.Fixed),
    ];

    /// <summary>What is wrong with the clock, if it is in the zone; null where nothing is, or no zone would be better.</summary>
    public static BarFault? Judge(ClockActivity? activity, FileZone zone) =>
        activity is not null
        && ClockFit.Of(activity, zone.Local) is { Contradicted: > 0 } fit
        && Best(activity) is var (best, other)
        && fit.IsContradictedBy(other)
            ? FileFaults.ClockContradicted(zone, fit, best)
            : null;

    /// <summary>The zone that the bars of a file fit, where they say so.</summary>
    public static FileZone? Hint(ClockActivity? activity) =>
        activity is not null && Best(activity) is { Fit: { Weekends: > 0, Contradicted: 0 } } best ? best.Zone : null;

    static (FileZone Zone, ClockFit Fit) Best(ClockActivity activity) =>
        s_named
            .Select(zone => (Zone: zone, Fit: ClockFit.Of(activity, zone.Local)))
            .OrderBy(candidate => candidate.Fit.Contradicted)
            .ThenBy(candidate => candidate.Fit.Slack)
            .First();
}
