using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Market;
using DxyOrleans.Core.Time;

namespace DxyOrleans.Feeds.Simulated;

/// <summary>
/// Plays the simulated market as final bars instead of ticks, for clocks that run so fast that a minute is a moment: each look tells every
/// minute that has ended since the last. Whoever takes them slowly gets more of them at once and loses none.
/// </summary>
/// <param name="market">What is played.</param>
/// <param name="time">Market time; waits run on it as well.</param>
public sealed class SimulatedBarFeed(SimulatedMarket market, TimeProvider time)
{
    /// <summary>Minutes told at once at the most.</summary>
    public static readonly TimeSpan Chunk = TimeSpan.FromHours(4);

    /// <summary>The bars of every pair, minute by minute from <paramref name="from"/> on, until cancelled; late and corrected ones when
    /// they arrive.</summary>
    /// <param name="from">The first minute.</param>
    /// <param name="cancel">Ends it.</param>
    public async IAsyncEnumerable<ImmutableArray<Bar>> Run(UtcTime from, [EnumeratorCancellation] CancellationToken cancel)
    {
        var told = from.Ceiling(Timeframe.OneMinute);
        while (true)
        {
            cancel.ThrowIfCancellationRequested();
            var now = UtcTime.From(time.GetUtcNow());
            var end = UtcTime.Min(now.Floor(Timeframe.OneMinute), told + Chunk);
            if (told >= end)
            {
                await Task.Delay(told + Timeframe.OneMinute - now, time, cancel);
                continue;
            }

            var bars = Within(new TimeRange(told, end));
            if (!bars.IsEmpty)
            {
                yield return bars;
            }

            told = end;
        }
    }

    ImmutableArray<Bar> Within(TimeRange range) =>
        [
            .. (market.Options.AlwaysOpen ? [range] : FxWeek.OpenRanges(range))
                .SelectMany(MinutesOf)
                .SelectMany(minute =>
                    market
                        .Symbols.Where(symbol => !market.IsLate(symbol, minute))
                        .Select(symbol => market.BarOf(symbol, minute))
                        .OfType<Bar>()
                ),
            .. market.DeliveriesWithin(range).Select(delivery => delivery.Bar),
        ];

    static IEnumerable<UtcTime> MinutesOf(TimeRange range)
    {
        for (var minute = range.From; minute < range.To; minute += Timeframe.OneMinute)
        {
            yield return minute;
        }
    }
}
