using System.Collections.Immutable;
using System.Diagnostics;
using DxyOrleans.Abstractions;
using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Time;
using DxyOrleans.Feeds.Running;
using DxyOrleans.Grains.Telemetry;

namespace DxyOrleans.Grains.Feeds;

/// <summary>The bar grains, as a feed sees them.</summary>
sealed class FeedDestination(IGrainFactory grains, string source, FeedInstruments instruments) : IFeedOutput
{
    public async Task<FeedPosition> PositionAsync(Symbol symbol, CancellationToken cancellation)
    {
        var state = await Grain(symbol).StateAsync(cancellation);
        return new FeedPosition(state.Watermark, state.LastTick);
    }

    public async Task PublishAsync(Symbol symbol, ImmutableArray<Bar> bars, CancellationToken cancellation)
    {
        var began = Stopwatch.GetTimestamp();
        using var trace = BarTraces.Deliver(symbol, bars.Length);
        await Grain(symbol).PublishAsync(new PublishBars(bars, source), cancellation);
        instruments.Delivered(bars.Length, Stopwatch.GetElapsedTime(began));
    }

    public async Task QuoteAsync(Symbol symbol, ImmutableArray<Quote> quotes, CancellationToken cancellation)
    {
        await Grain(symbol).TickAsync(new PublishTicks(quotes, source), cancellation);
        instruments.Quoted(quotes.Length);
    }

    public Task SampleAsync(Symbol symbol, ImmutableArray<Quote> quotes, CancellationToken cancellation) =>
        Grain(symbol).SampleAsync(new PublishTicks(quotes, source), cancellation);

    IBarGrain Grain(Symbol symbol) => grains.GetGrain<IBarGrain>(new Series(symbol, Timeframe.OneMinute).ToString());
}
