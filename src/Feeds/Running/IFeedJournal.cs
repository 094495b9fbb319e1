using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Time;

namespace DxyOrleans.Feeds.Running;

/// <summary>What happens to a feed, for the log.</summary>
public interface IFeedJournal
{
    void Connected(TimeSpan after);

    /// <param name="loss">Why.</param>
    /// <param name="wait">Until it is tried again, real time.</param>
    void Lost(FeedLoss loss, TimeSpan wait);

    void PassedOver(string what);

    /// <summary>Quotes for which there was no room, since the last time it was said.</summary>
    void Dropped(long quotes);

    /// <summary>A price that leapt away and back, and is not told.</summary>
    void HeldBack(Symbol symbol, UtcTime time, decimal low, decimal high, decimal close);

    void HistoryFailed(FeedLoss loss, TimeSpan wait);

    /// <summary>The output refused or was away; the same is told again.</summary>
    void Waits(string reason);
}
