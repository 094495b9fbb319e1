using DxyOrleans.Core.Time;

namespace DxyOrleans.Feeds.Simulated;

/// <summary>How busy the market is by the hour: quiet after New York closes, more when Tokyo opens, busiest while London and New York
/// overlap.</summary>
static class MarketHours
{
    static readonly double[] ByUtcHour =
    [
        0.45,
        0.45,
        0.40,
        0.35,
        0.35,
        0.40,
        0.60,
        0.85,
        0.90,
        0.85,
        0.75,
        0.75,
        0.90,
        1.00,
        1.00,
        0.95,
        0.80,
        0.65,
        0.55,
        0.50,
        0.40,
        0.25,
        0.25,
        0.35,
    ];

    /// <summary>The activity of the minute as a share of the busiest, 0.25 to 1.</summary>
    public static double Activity(UtcTime minute) => ByUtcHour[(int)(minute.Minute / 60 % 24)];
}
