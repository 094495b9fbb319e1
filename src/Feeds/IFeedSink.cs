using DxyOrleans.Core.Bars;

namespace DxyOrleans.Feeds;

/// <summary>What a feed tells goes here. Calls don't overlap.</summary>
public interface IFeedSink
{
    /// <summary>A final bar of a minute. No bar is dropped: where there is no room, it waits.</summary>
    ValueTask BarAsync(Bar bar, CancellationToken cancellation);

    /// <summary>A price at an instant. Never waits: where there is no room, the oldest that waits is dropped, and counted.</summary>
    void Quote(Symbol symbol, Quote quote);

    /// <summary>Whether a quote would find room now; for who can wait with telling it.</summary>
    bool HasRoom { get; }

    /// <summary>The vendor has let us in; what comes now are prices.</summary>
    void Connected();

    /// <summary>Something came that can't be read and was passed over.</summary>
    /// <param name="what">What, and why; one line without a key in it.</param>
    void PassedOver(string what);
}
