namespace DxyOrleans.Core.Telemetry;

/// <summary>
/// The names of all that is measured here, in one place: what a dashboard or an alert asks for. Histograms of time are in seconds;
/// those that end at a bar's minute are in the market's time, all others in real time.
/// </summary>
public static class TelemetryNames
{
    /// <summary>The one meter and the one source of activities.</summary>
    public const string Source = "DxyOrleans";

    /// <summary>
    /// Histogram, s of market time: from a minute's or bucket's end to its commit, of bars that come live; by <see cref="Kind"/>.
    /// </summary>
    public const string BarCommitLatency = "dxy.bar.commit.latency";

    /// <summary>Histogram, s of market time: from a minute's last tick to the commit of its bar.</summary>
    public const string TickCommitLatency = "dxy.tick.commit.latency";

    /// <summary>Counter, {bar}: what became of bars, by <see cref="Kind"/> and <see cref="Outcome"/>.</summary>
    public const string Bars = "dxy.bars";

    /// <summary>Histogram, {bar}: bars in one commit.</summary>
    public const string CommitGroupSize = "dxy.commit.group.size";

    /// <summary>Histogram, s: how long one commit of bars took.</summary>
    public const string CommitDuration = "dxy.commit.duration";

    /// <summary>Gauge, {bar}: bars of this silo that wait for their commit.</summary>
    public const string CommitWaiting = "dxy.commit.waiting";

    /// <summary>Histogram, s: how long one deriving transaction took, by <see cref="Kind"/>.</summary>
    public const string DeriveDuration = "dxy.derive.duration";

    /// <summary>Counter, {piece}: pieces of work that failed and wait for another try.</summary>
    public const string DeriveParked = "dxy.derive.parked";

    /// <summary>Counter, {bar}: bars that the hourly sweep found and no trigger had told.</summary>
    public const string Missed = "dxy.missed";

    /// <summary>Gauge: 1 while this silo holds the feed's connection, 0 while it has lost it; none at a silo that has no feed.</summary>
    public const string FeedConnected = "dxy.feed.connected";

    /// <summary>Counter, {loss}: connections lost, by <see cref="Reason"/>.</summary>
    public const string FeedLosses = "dxy.feed.losses";

    /// <summary>Counter, {message}: bars and quotes of the feed that were taken, by <see cref="Kind"/>.</summary>
    public const string FeedMessages = "dxy.feed.messages";

    /// <summary>Counter, {message}: what the feed told and is not told on, by <see cref="Reason"/>.</summary>
    public const string FeedDrops = "dxy.feed.drops";

    /// <summary>Histogram, s: how long it took until bars of the feed were stored.</summary>
    public const string FeedDelivery = "dxy.feed.delivery.duration";

    /// <summary>Gauge, s of market time: how old the newest minute of an index or of a pair that it is made of is; by symbol.</summary>
    public const string Freshness = "dxy.freshness";

    /// <summary>Gauge: how well a check of <c>health</c> is at its worst, 0 PASS, 1 WARN, 2 FAIL; by check.</summary>
    public const string Health = "dxy.health.status";

    /// <summary>Gauge, {change}: recorded changes that wait to be expanded.</summary>
    public const string BacklogChanges = "dxy.backlog.changes";

    /// <summary>Gauge, min: minutes of bars that could be derived now.</summary>
    public const string BacklogMinutes = "dxy.backlog.bars";

    /// <summary>Gauge, s: since when the oldest of them could have been.</summary>
    public const string BacklogOldest = "dxy.backlog.oldest";

    /// <summary>Gauge, {piece}: pieces of work that failed and are not done yet.</summary>
    public const string Parked = "dxy.parked";

    /// <summary>Gauge, {reader}: readers of this silo's stream.</summary>
    public const string StreamReaders = "dxy.stream.readers";

    /// <summary>Counter, {reset}: readers of the stream that were told to read anew.</summary>
    public const string StreamResets = "dxy.stream.resets";

    /// <summary>What is counted: <c>pair</c>, <c>index</c>, <c>rollup</c>; of a feed <c>bar</c>, <c>quote</c>.</summary>
    public const string Kind = "kind";

    public const string Outcome = "outcome";

    public const string Reason = "reason";
}
