namespace DxyOrleans.Feeds;

/// <summary>What a feed tells live.</summary>
[Flags]
public enum LivePrices
{
    None = 0,

    /// <summary>Final bars of whole minutes.</summary>
    Minutes = 1,

    /// <summary>Bars of seconds, told as the quotes that span them.</summary>
    Seconds = 2,

    /// <summary>Each quote, or the newest of each short window.</summary>
    Quotes = 4,
}

/// <summary>Which side of the market its prices are.</summary>
public enum PriceSide
{
    Bid,
    Ask,
    Mid,
}

/// <summary>What a feed can do, as it is set up.</summary>
/// <param name="Live">What comes live. Where minutes come, they are the bars, and quotes beside them build none.</param>
/// <param name="Side">The side of all its prices.</param>
public sealed record FeedCapabilities(LivePrices Live, PriceSide Side)
{
    /// <summary>Whether the past can be asked for.</summary>
    public bool HasHistory { get; init; }

    /// <summary>Whether the past is told better than it was live, so that it is compared and wins where the two differ.</summary>
    public bool HistoryWins { get; init; }

    /// <summary>How much of the past is best asked for at once.</summary>
    public TimeSpan HistoryChunk { get; init; } = TimeSpan.FromDays(1);

    /// <summary>Whether silence while the market is open means that the connection is dead.</summary>
    public bool SilenceIsLoss { get; init; } = true;
}
