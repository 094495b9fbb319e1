using System.Collections.Immutable;
using DxyOrleans.Abstractions;
using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Time;
using DxyOrleans.Feeds.Running;

namespace DxyOrleans.Grains.Feeds;

/// <summary>The bar grains, as a feed sees them.</summary>
sealed class FeedDestination(IGrainFactory grains, string source) : IFeedOutput
{
    public async Task<FeedPosition> PositionAsync(Symbol symbol, CancellationToken cancellation)
    {
        var state = await Grain(symbol).StateAsync(cancellation);
        return new FeedPosition(state.Watermark, state.LastTick);
    }

    public Task PublishAsync(Symbol symbol, ImmutableArray<Bar> bars, CancellationToken cancellation) =>
        Grain(symbol).PublishAsync(new PublishBars(bars, source), cancellation);

    public Task QuoteAsync(Symbol symbol, ImmutableArray<Quote> quotes, CancellationToken cancellation) =>
        Grain(symbol).TickAsync(new PublishTicks(quotes, source), cancellation);

    IBarGrain Grain(Symbol symbol) => grains.GetGrain<IBarGrain>(new Series(symbol, Timeframe.OneMinute).ToString());
}
