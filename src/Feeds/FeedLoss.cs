namespace DxyOrleans.Feeds;

/// <summary>Why a feed was lost, or its history could not be had.</summary>
public enum FeedLossReason
{
    /// <summary>The vendor ended it in good order.</summary>
    Closed,

    /// <summary>The connection broke, or none could be made.</summary>
    Broken,

    /// <summary>Nothing came though something should have.</summary>
    Silent,

    /// <summary>The key, the account or the plan is refused: only a person can mend it.</summary>
    Refused,

    /// <summary>Others are connected with the same key.</summary>
    TooManyConnections,

    /// <summary>Too much was asked for in too short a time.</summary>
    RateLimited,

    /// <summary>The vendor is out of order or in maintenance.</summary>
    Unavailable,

    /// <summary>What came is not what its protocol says.</summary>
    Protocol,
}

/// <summary>The end of a connection.</summary>
/// <param name="Reason">Its kind.</param>
/// <param name="What">One line for people, without a key in it.</param>
/// <param name="NotBefore">How long to stay away at the least; null: as long as is usual.</param>
public sealed record FeedLoss(FeedLossReason Reason, string What, TimeSpan? NotBefore = null)
{
    /// <summary>
    /// How long what only a person can mend is left alone: long enough to bother nobody, short enough that a key that is renewed is
    /// found.
    /// </summary>
    public static readonly TimeSpan UntilMended = TimeSpan.FromMinutes(10);

    public static FeedLoss Refused(string what) => new(FeedLossReason.Refused, what, UntilMended);
}

/// <summary>A feed could not do what was asked of it.</summary>
public sealed class FeedException(FeedLoss loss, Exception? inner = null) : Exception(loss.What, inner)
{
    public FeedLoss Loss { get; } = loss;
}
