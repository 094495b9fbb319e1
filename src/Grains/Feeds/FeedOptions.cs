using DxyOrleans.Core.Bars;
using DxyOrleans.Feeds.Simulation;

namespace DxyOrleans.Grains.Feeds;

/// <summary>Which feed the cluster runs.</summary>
public sealed record FeedOptions
{
    public const string None = "none";
    public const string Simulated = "simulated";

    /// <summary><c>none</c> or <c>simulated</c>.</summary>
    public string Name { get; init; } = None;

    /// <summary>How many minutes before now a feed that starts anew publishes as finished bars, 0 to 10,080; market time.</summary>
    public int BackfillMinutes { get; init; }

    /// <summary>How often the simulated market is looked at, in market time.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>Whether the simulated market is told as whole final bars, from where the stored ones end, instead of ticks: for a fast clock.</summary>
    public bool Bars { get; init; }

    /// <summary>The source that the feed's bars bear.</summary>
    public string Source { get; init; } = BarSource.Synthetic;

    public SimulationOptions Simulation { get; init; } = new();
}
