using System.Collections.Immutable;
using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Feeds;
using DxyOrleans.Core.Time;

namespace DxyOrleans.Feeds.Running;

/// <summary>Takes what came out of the queue, holds spikes back, and tells the rest until it is taken.</summary>
sealed class FeedDelivery(
    FeedQueue queue,
    IFeedOutput output,
    IFeedJournal journal,
    HistoryRepair repair,
    IReadOnlyDictionary<Symbol, UtcTime> quotedThrough,
    TimeProvider real,
    FeedRules rules,
    bool foldsQuotes
)
{
    const int Batch = 4_000;

    static readonly TimeSpan TryAgain = TimeSpan.FromSeconds(1);

    readonly Dictionary<Symbol, SpikeFilter<Bar>> _bars = [];
    readonly Dictionary<Symbol, SpikeFilter<Quote>> _quotes = [];
    readonly Dictionary<Symbol, Quote> _newest = [];

    public async Task DeliverBarsAsync(CancellationToken cancellation)
    {
        while (await queue.Bars.WaitToReadAsync(cancellation))
        {
            var batch = new List<Bar>();
            while (batch.Count < Batch && queue.Bars.TryRead(out var bar))
            {
                if (repair.Has(bar))
                {
                    // What the vendor's history has said, a late word of the live feed doesn't change: history is asked again.
                    repair.Doubt(bar.Symbol, bar.Time);
                }
                else
                {
                    batch.AddRange(Judged(bar));
                }
            }

            await Task.WhenAll(
                batch
                    .GroupBy(bar => bar.Symbol)
                    .Select(own => UntilAsync(() => output.PublishAsync(own.Key, [.. own], cancellation), cancellation))
            );
        }
    }

    public async Task DeliverQuotesAsync(CancellationToken cancellation)
    {
        while (await queue.Quotes.WaitToReadAsync(cancellation))
        {
            var batch = new List<(Symbol Symbol, Quote Quote)>();
            while (batch.Count < Batch && queue.Quotes.TryRead(out var one))
            {
                // A vendor that is connected to anew shows its newest quote again.
                var again = _newest.TryGetValue(one.Symbol, out var last) && last == one.Quote;
                _newest[one.Symbol] = one.Quote;
                if (!again && (!quotedThrough.TryGetValue(one.Symbol, out var known) || one.Quote.Time > known))
                {
                    batch.AddRange(Judged(one.Symbol, one.Quote).Select(quote => (one.Symbol, quote)));
                }
            }

            await Task.WhenAll(
                batch
                    .GroupBy(one => one.Symbol, one => one.Quote)
                    .Select(own => UntilAsync(() => TellAsync(own.Key, [.. own], cancellation), cancellation))
            );
            if (queue.TakeDropped() is > 0 and var dropped)
            {
                journal.Dropped(dropped);
            }
        }
    }

    // Where minutes come as bars, quotes beside them are for what is sampled.
    Task TellAsync(Symbol symbol, ImmutableArray<Quote> quotes, CancellationToken cancellation) =>
        foldsQuotes ? output.QuoteAsync(symbol, quotes, cancellation) : output.SampleAsync(symbol, quotes, cancellation);

    IReadOnlyList<Bar> Judged(Bar bar)
    {
        if (!_bars.TryGetValue(bar.Symbol, out var filter))
        {
            _bars[bar.Symbol] = filter = Spikes.OfBars(rules.SpikeLimit);
        }

        var told = filter.Next(bar, out var spike);
        if (spike is not null)
        {
            journal.HeldBack(bar.Symbol, spike.Time, spike.Low, spike.High, spike.Close);
            repair.Doubt(spike.Symbol, spike.Time);
        }

        return told;
    }

    IReadOnlyList<Quote> Judged(Symbol symbol, Quote quote)
    {
        if (quote.Price <= 0)
        {
            // The grain refuses it and says why; it is nothing to compare with.
            return [quote];
        }

        if (!_quotes.TryGetValue(symbol, out var filter))
        {
            _quotes[symbol] = filter = Spikes.OfQuotes(rules.SpikeLimit);
        }

        var told = filter.Next(quote, out var spike);
        if (spike != default)
        {
            journal.HeldBack(symbol, spike.Time, spike.Price, spike.Price, spike.Price);
        }

        return told;
    }

    async Task UntilAsync(Func<Task> deliver, CancellationToken cancellation)
    {
        while (true)
        {
            try
            {
                await deliver();
                return;
            }
            catch (Exception fault) when (!cancellation.IsCancellationRequested)
            {
                journal.Waits(fault.Message);
                await Task.Delay(TryAgain, real, cancellation);
            }
        }
    }
}

/// <summary>The filters of bars and quotes.</summary>
static class Spikes
{
    /// <summary>A price is compared with the one before while that is no older.</summary>
    public static readonly TimeSpan Memory = TimeSpan.FromMinutes(10);

    public static SpikeFilter<Bar> OfBars(decimal limit) =>
        new(limit, Memory, bar => new PriceReading(bar.Time, bar.Low, bar.High, bar.Close));

    public static SpikeFilter<Quote> OfQuotes(decimal limit) =>
        new(limit, Memory, quote => new PriceReading(quote.Time, quote.Price, quote.Price, quote.Price));
}
