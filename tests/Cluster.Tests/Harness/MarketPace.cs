using System.Diagnostics;
using DxyOrleans.Core.Time;

namespace DxyOrleans.Cluster.Tests.Harness;

/// <summary>Which minutes of a market come when, real time.</summary>
/// <param name="First">The first minute.</param>
/// <param name="Beat">A market minute's real time.</param>
/// <param name="Began">When the first minute began, an instant of <see cref="Stopwatch"/>.</param>
public sealed record MarketPace(UtcTime First, TimeSpan Beat, long Began)
{
    /// <summary>Real time that a publisher is behind the market's clock: a bar isn't final before its minute has ended.</summary>
    static readonly TimeSpan Late = TimeSpan.FromMilliseconds(20);

    /// <summary>As many minutes as show that the market flows again.</summary>
    public int Some => Beat < TimeSpan.FromSeconds(1) ? 4 : 1;

    /// <summary>How many minutes are over.</summary>
    public int Over => Math.Max(0, (int)((Stopwatch.GetElapsedTime(Began) - Late) / Beat));

    /// <summary>Minutes of long ago, so fast that a disturbance of a second shows; the first one begins now.</summary>
    public static MarketPace FourMinutesASecond() =>
        new(UtcTime.At(2024, 3, 5, 8), TimeSpan.FromMilliseconds(250), Stopwatch.GetTimestamp());

    /// <summary>Minutes of a market whose clock runs.</summary>
    /// <param name="first">The first minute.</param>
    /// <param name="now">The market's time.</param>
    /// <param name="rate">How much faster it runs than real time.</param>
    public static MarketPace OfClock(UtcTime first, UtcTime now, double rate) =>
        new(
            first,
            TimeSpan.FromMinutes(1) / rate,
            Stopwatch.GetTimestamp() - (long)((now - first).TotalSeconds / rate * Stopwatch.Frequency)
        );
}
