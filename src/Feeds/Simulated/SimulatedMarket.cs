using System.Collections.Immutable;
using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Time;

namespace DxyOrleans.Feeds.Simulated;

/// <summary>
/// A market that is a pure function of its options: what a pair quotes in a minute can be asked for any minute, in any order, and is the
/// same in every process. Prices are continuous across minutes.
/// </summary>
public sealed class SimulatedMarket
{
    readonly Dictionary<Symbol, (PairMarket Market, Noise Delivery)> _pairs;

    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    public SimulatedMarket(SimulationOptions options)
    {
        if (options.Faults() is { Count: > 0 } faults)
        {
            throw new ArgumentException(string.Join(" ", faults), nameof(options));
        }

        Options = options;
        Symbols = [.. options.Pairs.Select(pair => pair.Symbol)];
        _pairs = options.Pairs.ToDictionary(
            pair => pair.Symbol,
            pair => (new PairMarket(options, pair), new Noise(unchecked((ulong)options.Seed)).Of(pair.Symbol.Name).Of("delivery"))
        );
    }

    public SimulationOptions Options { get; }

    public ImmutableArray<Symbol> Symbols { get; }

    /// <summary>The ticks of the minute that contains the instant, ascending; none while the market is closed, in a gap, or in a thin
    /// pair's quiet minute.</summary>
    /// <exception cref="ArgumentException">Not a symbol of this market.</exception>
    public ImmutableArray<Quote> QuotesOf(Symbol symbol, UtcTime minute) => Of(symbol).Market.Quotes(minute.Floor(Timeframe.OneMinute));

    /// <summary>The minute's ticks folded; null where there are none. A later correction is not in it.</summary>
    /// <exception cref="ArgumentException">Not a symbol of this market.</exception>
    public Bar? BarOf(Symbol symbol, UtcTime minute)
    {
        FormingBar? forming = null;
        foreach (var quote in QuotesOf(symbol, minute))
        {
            forming = forming?.Add(quote) ?? FormingBar.Begin(new Series(symbol, Timeframe.OneMinute), quote);
        }

        return forming?.ToFinal();
    }

    /// <summary>The minute's bar as it stands when everything has arrived: corrected where it is corrected.</summary>
    /// <exception cref="ArgumentException">Not a symbol of this market.</exception>
    public Bar? FinalBarOf(Symbol symbol, UtcTime minute) => DeliveriesOf(symbol, minute).LastOrDefault()?.Bar ?? BarOf(symbol, minute);

    /// <summary>Whether the minute's ticks don't come and its bar arrives late.</summary>
    /// <exception cref="ArgumentException">Not a symbol of this market.</exception>
    public bool IsLate(Symbol symbol, UtcTime minute) => Of(symbol).Delivery.At(minute.Minute, 0) < Options.LateRate;

    /// <summary>What arrives of the minute's bar after its end: the late bar, the corrected one, both in this order, or nothing.</summary>
    /// <exception cref="ArgumentException">Not a symbol of this market.</exception>
    public IEnumerable<Delivery> DeliveriesOf(Symbol symbol, UtcTime minute)
    {
        var chance = Of(symbol).Delivery;
        var place = minute.Minute;
        var late = IsLate(symbol, minute);
        var corrected = chance.At(place, 1) < Options.CorrectionRate;
        if ((!late && !corrected) || BarOf(symbol, minute) is not { } bar)
        {
            yield break;
        }

        // The first delay is drawn from the range; a correction of a late bar comes as much later again as the range leaves.
        var arrival = bar.End + Delay(chance.At(place, 2), Options.MaxDelayMinutes);
        if (late)
        {
            yield return new Delivery(arrival, bar, IsCorrection: false);
        }

        if (corrected)
        {
            var latest = bar.End + TimeSpan.FromMinutes(Options.MaxDelayMinutes);
            yield return new Delivery(late ? latest : arrival, Corrected(bar, chance.At(place, 3)), IsCorrection: true);
        }
    }

    /// <summary>The late and corrected bars that arrive within the range, ascending by arrival, then symbol and time.</summary>
    public IEnumerable<Delivery> DeliveriesWithin(TimeRange range)
    {
        if (range.IsEmpty || (Options.LateRate == 0 && Options.CorrectionRate == 0))
        {
            return [];
        }

        // A bar arrives 1 to MaxDelayMinutes after its end, so only minutes this far back can arrive now.
        var first = range.From.Minute - Options.MaxDelayMinutes - 1;
        var minutes = (int)(range.To.Minute - first) + 1;
        return Enumerable
            .Range(0, minutes)
            .SelectMany(i => Symbols.SelectMany(symbol => DeliveriesOf(symbol, UtcTime.FromMinute(first + i))))
            .Where(delivery => range.Contains(delivery.DeliveredAt))
            .OrderBy(delivery => delivery.DeliveredAt)
            .ThenBy(delivery => delivery.Bar.Symbol)
            .ThenBy(delivery => delivery.Bar.Time)
            .ThenBy(delivery => delivery.IsCorrection);
    }

    (PairMarket Market, Noise Delivery) Of(Symbol symbol) =>
        _pairs.TryGetValue(symbol, out var pair)
            ? pair
            : throw new ArgumentException(
                $"{symbol} is not in the simulated market; there are {string.Join(", ", Symbols)}.",
                nameof(symbol)
            );

    static TimeSpan Delay(double chance, int most) => TimeSpan.FromMinutes(1 + (int)(chance * most));

    // A close that was off by 1 to 5 hundredths of a percent, the range stretched to hold it.
    static Bar Corrected(Bar bar, double chance)
    {
        var share = (1 + (int)(chance * 10 % 5)) * 0.0001m * (chance < 0.5 ? -1 : 1);
        var close = Price.Round(bar.Close * (1 + share));
        return Bar.Create(
            bar.Series,
            bar.Time,
            bar.Open,
            Math.Max(bar.High, close),
            Math.Min(bar.Low, close),
            close,
            bar.Volume,
            bar.Vwap,
            bar.TradeCount
        );
    }
}
