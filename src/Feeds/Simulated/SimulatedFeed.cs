using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Time;

namespace DxyOrleans.Feeds.Simulated;

/// <summary>The simulated market as a feed. It is never lost, and its past is what it was told live.</summary>
/// <param name="market">What is played.</param>
/// <param name="time">Market time.</param>
/// <param name="interval">How often it is looked at, in market time.</param>
/// <param name="bars">Whole final bars instead of ticks: for a fast clock.</param>
/// <param name="source">The source that its bars bear.</param>
public sealed class SimulatedFeed(SimulatedMarket market, TimeProvider time, TimeSpan interval, bool bars, string source) : IFeed
{
    static readonly TimeSpan UntilRoom = TimeSpan.FromMilliseconds(20);

    public FeedCapabilities Capabilities { get; } =
        new(bars ? LivePrices.Minutes : LivePrices.Quotes, PriceSide.Mid)
        {
            HasHistory = true,
            HistoryChunk = SimulatedBarFeed.Chunk,
            SilenceIsLoss = false,
        };

    public string Source { get; } = source;

    public string? SpellingOf(Symbol symbol) => market.Symbols.Contains(symbol) ? symbol.Name : null;

    public async Task<FeedLoss> RunAsync(ImmutableArray<Symbol> symbols, IFeedSink sink, CancellationToken cancellation)
    {
        var now = UtcTime.From(time.GetUtcNow()).Floor(Timeframe.OneMinute);
        sink.Connected();
        if (bars)
        {
            await foreach (var chunk in new SimulatedBarFeed(market, time).Run(now, cancellation))
            {
                foreach (var bar in chunk.Where(bar => symbols.Contains(bar.Symbol)))
                {
                    await sink.BarAsync(bar, cancellation);
                }
            }
        }
        else
        {
            // The running minute from its beginning: what the pairs have of it already they aren't told twice.
            await foreach (var happening in new SimulatedTicks(market, time, interval).Run(now, cancellation))
            {
                if (symbols.Contains(happening.Symbol))
                {
                    await TellAsync(happening, sink, cancellation);
                }
            }
        }

        throw new InvalidOperationException("The simulated market ended.");
    }

    public async IAsyncEnumerable<Bar> HistoryAsync(
        Symbol symbol,
        TimeRange range,
        HistoryBudget budget,
        [EnumeratorCancellation] CancellationToken cancellation
    )
    {
        for (var minute = range.From; minute < range.To; minute += Timeframe.OneMinute)
        {
            cancellation.ThrowIfCancellationRequested();
            if (KnownOf(symbol, minute) is { } bar)
            {
                yield return bar;
            }
        }

        await ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync() => default;

    // The minute's bar as it has arrived by now; null where it is late and hasn't.
    Bar? KnownOf(Symbol symbol, UtcTime minute)
    {
        var now = UtcTime.From(time.GetUtcNow());
        return market.DeliveriesOf(symbol, minute).LastOrDefault(delivery => delivery.DeliveredAt <= now)?.Bar
            ?? (market.IsLate(symbol, minute) ? null : market.BarOf(symbol, minute));
    }

    // It can wait, so that none of its ticks need ever be dropped.
    static async Task TellAsync(FeedEvent happening, IFeedSink sink, CancellationToken cancellation)
    {
        switch (happening)
        {
            case BarArrived late:
                await sink.BarAsync(late.Bar, cancellation);
                return;
            case QuotesArrived quotes:
                foreach (var quote in quotes.Quotes)
                {
                    while (!sink.HasRoom)
                    {
                        await Task.Delay(UntilRoom, TimeProvider.System, cancellation);
                    }

                    sink.Quote(quotes.Symbol, quote);
                }

                return;
            default:
                throw new InvalidOperationException($"The simulated market told a {happening.GetType().Name}.");
        }
    }
}
