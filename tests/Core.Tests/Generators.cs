using CsCheck;
using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Time;

namespace DxyOrleans.Core.Tests;

/// <summary>Arbitrary values of the domain.</summary>
static class Generators
{
    public static readonly Series Euro = new(Symbol.Parse("EURUSD"), Timeframe.OneMinute);

    /// <summary>To the microsecond, 1990 to 2060.</summary>
    public static readonly Gen<UtcTime> Time = Gen.Long[UtcTime.At(1990, 1, 1).Ticks, UtcTime.At(2060, 1, 1).Ticks]
        .Select(UtcTime.FromTicks);

    public static readonly Gen<Timeframe> AnyTimeframe = Gen.Int[0, Timeframe.All.Count() - 1].Select(i => Timeframe.All.ElementAt(i));

    /// <summary>A price of 5 places, 0.5 to 2.</summary>
    public static readonly Gen<decimal> Price = Gen.Int[50_000, 200_000].Select(pips => pips / 100_000m);

    /// <summary>A bar of a minute, with or without vwap, volume and count.</summary>
    public static Gen<Bar> BarAt(UtcTime time, bool partials = false) =>
        Gen.Select(Price.Array[4], Gen.Int[0, 1000], Gen.Bool, Gen.Int[0, 50], Gen.Int[0, 9], (prices, volume, hasVwap, trades, partial) =>
            Bar.Create(
                Euro,
                time,
                prices[0],
                prices.Max(),
                prices.Min(),
                prices[1],
                volume,
                hasVwap ? prices.Average() : null,
                trades,
                partials && partial == 0
            )
        );

    /// <summary>Bars of one series, ascending, with gaps, within the minutes from the start.</summary>
    public static Gen<Bar[]> Bars(UtcTime start, int minutes, bool partials = false) =>
        Gen.Int[0, minutes - 1]
            .HashSet[0, Math.Min(minutes, 200)]
            .SelectMany(chosen =>
                chosen
                    .Order()
                    .Select(i => BarAt(start + TimeSpan.FromMinutes(i), partials))
                    .Aggregate(Gen.Const(Array.Empty<Bar>()), (all, one) => Gen.Select(all, one, (bars, bar) => (Bar[])[.. bars, bar]))
            );
}
