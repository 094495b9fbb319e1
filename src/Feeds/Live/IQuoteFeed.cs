namespace DxyOrleans.Feeds.Live;

/// <summary>A live source of FX ticks and bars that a silo hosts.</summary>
public interface IQuoteFeed
{
    /// <summary>What arrives from now on, until cancelled. Of each symbol, ticks come in the order of their time.</summary>
    IAsyncEnumerable<FeedEvent> Run(CancellationToken cancel);
}
