using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Time;

namespace DxyOrleans.Feeds.Simulated;

/// <summary>
/// Plays the simulated market by the clock it is given, a real, a fake or an accelerated one: whatever has come about since the last
/// look is told, minute by minute, so that a clock that jumps loses nothing.
/// </summary>
/// <param name="market">What is played.</param>
/// <param name="time">The clock, on which the waits between looks run as well.</param>
/// <param name="interval">The wait between two looks, in the clock's time; above zero.</param>
public sealed class SimulatedTicks(SimulatedMarket market, TimeProvider time, TimeSpan interval)
{
    /// <summary>What arrives, until cancelled. Of each symbol, ticks come in the order of their time.</summary>
    /// <param name="from">From when on; null: from now.</param>
    /// <param name="cancel">Ends it.</param>
    /// <exception cref="ArgumentOutOfRangeException">The interval is not above zero.</exception>
    public IAsyncEnumerable<FeedEvent> Run(UtcTime? from, CancellationToken cancel)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(interval, TimeSpan.Zero);

        // Begins where the clock is when it is asked to run, not when the first event is asked for.
        return Play(from ?? UtcTime.From(time.GetUtcNow()), cancel);
    }

    async IAsyncEnumerable<FeedEvent> Play(UtcTime told, [EnumeratorCancellation] CancellationToken cancel)
    {
        while (true)
        {
            var now = UtcTime.From(time.GetUtcNow());
            while (told < now)
            {
                var end = UtcTime.Min(told.Floor(Timeframe.OneMinute) + Timeframe.OneMinute, now);
                foreach (var happening in Within(new TimeRange(told, end)))
                {
                    cancel.ThrowIfCancellationRequested();
                    yield return happening;
                }

                told = end;
            }

            await Task.Delay(interval, time, cancel);
        }
    }

    // The range lies within one minute.
    IEnumerable<FeedEvent> Within(TimeRange range)
    {
        foreach (var symbol in market.Symbols)
        {
            if (market.IsLate(symbol, range.From))
            {
                continue;
            }

            ImmutableArray<Quote> quotes = [.. market.QuotesOf(symbol, range.From).Where(quote => range.Contains(quote.Time))];
            if (!quotes.IsEmpty)
            {
                yield return new QuotesArrived(symbol, quotes);
            }
        }

        foreach (var delivery in market.DeliveriesWithin(range))
        {
            yield return new BarArrived(delivery.Bar);
        }
    }
}
