using DxyOrleans.Feeds;

namespace DxyOrleans.Grains.Feeds;

/// <summary>Which feed the cluster runs, and how.</summary>
public sealed record FeedOptions
{
    /// <summary>Its name; <see cref="FeedCatalog.None"/> for none.</summary>
    public string Name { get; init; } = FeedCatalog.None;

    /// <summary>Makes it; given market time. Not asked where there is none.</summary>
    public Func<TimeProvider, IFeed> Create { get; init; } = _ => throw new InvalidOperationException("No feed is set.");

    /// <summary>How much of the past, before now, a feed that starts fetches in any case; market time.</summary>
    public TimeSpan Backfill { get; init; }

    public FeedRules Rules { get; init; } = new();
}
