using System.Collections.Concurrent;
using DxyOrleans.Core.Time;

namespace DxyOrleans.FakeFeeds;

/// <summary>Which fault a made-up vendor plays in which minute of each market hour; each is played once an hour.</summary>
public sealed class FaultPlan(IReadOnlyDictionary<int, FeedFault> byMinute)
{
    readonly ConcurrentDictionary<(long Hour, int Minute), bool> _played = new();
    readonly ConcurrentDictionary<FeedFault, int> _counts = new();

    public static FaultPlan None { get; } = new(new Dictionary<int, FeedFault>());

    /// <summary>Whether there are any.</summary>
    public bool Any => byMinute.Count > 0;

    /// <summary>How often each was played.</summary>
    public IReadOnlyDictionary<FeedFault, int> Played => _counts;

    /// <summary>The fault of the minute; none, where it was played already.</summary>
    public FeedFault Take(UtcTime minute)
    {
        var place = (minute.Minute / 60, (int)(minute.Minute % 60));
        if (!byMinute.TryGetValue(place.Item2, out var fault) || !_played.TryAdd(place, true))
        {
            return FeedFault.None;
        }

        Count(fault);
        return fault;
    }

    public void Count(FeedFault fault) => _counts.AddOrUpdate(fault, 1, (_, count) => count + 1);
}

/// <summary>What goes wrong.</summary>
public enum FeedFault
{
    None,

    /// <summary>The connection is cut without a word.</summary>
    Cut,

    /// <summary>The vendor ends it in good order.</summary>
    Close,

    /// <summary>Nothing comes, the connection stays.</summary>
    Stall,

    /// <summary>Signs of life come, prices don't.</summary>
    HeartbeatsOnly,

    /// <summary>The same comes twice, and old things again.</summary>
    Repeat,

    /// <summary>It comes minutes later.</summary>
    Delay,

    /// <summary>It comes after what follows it.</summary>
    Reorder,

    /// <summary>Broken values, and something that is no JSON.</summary>
    Mangle,

    /// <summary>In many small pieces.</summary>
    Split,

    /// <summary>With what follows, in one piece.</summary>
    Merge,

    /// <summary>Others are connected with the same key.</summary>
    TooMany,

    /// <summary>A price far off, live alone.</summary>
    Spike,

    /// <summary>Events and pairs that nobody asked for.</summary>
    Strange,

    /// <summary>It doesn't come at all.</summary>
    Leave,

    /// <summary>It doesn't come, and history has it only minutes later.</summary>
    LateHistory,

    /// <summary>Prices at which nobody trades.</summary>
    NotTradeable,

    /// <summary>The connection is cut, and the next are refused for a while.</summary>
    Maintenance,

    /// <summary>A page of HTML with 500.</summary>
    Html,

    /// <summary>Too much was asked for.</summary>
    RateLimit,

    /// <summary>A bar that its vendor corrects in its history.</summary>
    Corrected,
}
