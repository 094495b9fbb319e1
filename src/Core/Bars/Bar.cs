using System.Diagnostics.CodeAnalysis;
using DxyOrleans.Core.Time;

namespace DxyOrleans.Core.Bars;

/// <summary>
/// One bar, named by its open time, covering <c>[Time, Time + Timeframe)</c> in UTC. Prices are above zero with at most 8 places
/// (rounded half away from zero when the bar is made), low ≤ open, close ≤ high, and the time lies on the timeframe's grid:
/// a bar that breaks one of these can't be constructed.
/// </summary>
public sealed record Bar
{
    private Bar(
        Series series,
        UtcTime time,
        decimal open,
        decimal high,
        decimal low,
        decimal close,
        decimal volume,
        decimal? vwap,
        int tradeCount,
        bool isPartial
    )
    {
        Series = series;
        Time = time;
        Open = open;
        High = high;
        Low = low;
        Close = close;
        Volume = volume;
        Vwap = vwap;
        TradeCount = tradeCount;
        IsPartial = isPartial;
    }

    public Series Series { get; }

    public Symbol Symbol => Series.Symbol;

    public Timeframe Timeframe => Series.Timeframe;

    /// <summary>The bar's open.</summary>
    public UtcTime Time { get; }

    /// <summary>The first instant after the bar.</summary>
    public UtcTime End => Time + Timeframe;

    public decimal Open { get; }

    public decimal High { get; }

    public decimal Low { get; }

    public decimal Close { get; }

    /// <summary>Volume in the source's unit, 0 where it has none.</summary>
    public decimal Volume { get; }

    /// <summary>Volume-weighted average price, 8 places, null where the source has none.</summary>
    public decimal? Vwap { get; }

    public int TradeCount { get; }

    /// <summary>True while the minute may still change; a partial bar is never derived from.</summary>
    public bool IsPartial { get; }

    /// <summary>What of volume, count and volume-weighted price its source didn't tell.</summary>
    public BarUnknowns Unknown { get; init; }

    /// <summary>Makes a bar or says why the values are not one.</summary>
    public static bool TryCreate(
        Series series,
        UtcTime time,
        decimal open,
        decimal high,
        decimal low,
        decimal close,
        decimal volume,
        decimal? vwap,
        int tradeCount,
        bool isPartial,
        [NotNullWhen(true)] out Bar? bar,
        [NotNullWhen(false)] out BarFault? fault
    )
    {
        bar = null;
        open = Price.Round(open);
        high = Price.Round(high);
        low = Price.Round(low);
        close = Price.Round(close);
        vwap = vwap is { } given ? Price.Round(given) : null;
        fault = Fault("open", open)
            ?? Fault("high", high)
            ?? Fault("low", low)
            ?? Fault("close", close)
            ?? (vwap is { } average ? Fault("vwap", average) : null)
            ?? (high < low ? BarFault.HighBelowLow(high, low) : null)
            ?? (open < low || open > high ? BarFault.OutsideRange("open", open, low, high) : null)
            ?? (close < low || close > high ? BarFault.OutsideRange("close", close, low, high) : null)
            ?? (volume < 0 ? BarFault.NegativeCount("volume", volume) : null)
            ?? (tradeCount < 0 ? BarFault.NegativeCount("trade count", tradeCount) : null)
            ?? (!time.IsOnCalendar ? BarFault.NoTime(time) : null)
            ?? (!time.IsOnGrid(series.Timeframe) ? BarFault.OffGrid(time, series.Timeframe) : null);
        if (fault is not null)
        {
            return false;
        }

        bar = new Bar(series, time, open, high, low, close, volume, vwap, tradeCount, isPartial);
        return true;
    }

    /// <exception cref="InvalidBarException">The values are not a bar.</exception>
    public static Bar Create(
        Series series,
        UtcTime time,
        decimal open,
        decimal high,
        decimal low,
        decimal close,
        decimal volume = 0,
        decimal? vwap = null,
        int tradeCount = 0,
        bool isPartial = false
    ) =>
        TryCreate(series, time, open, high, low, close, volume, vwap, tradeCount, isPartial, out var bar, out var fault)
            ? bar
            : throw new InvalidBarException(series, time, fault);

    /// <summary>A bar whose four prices are one: what an index derived from closes is.</summary>
    /// <exception cref="InvalidBarException">The price is not one.</exception>
    public static Bar Flat(Series series, UtcTime time, decimal price) => Create(series, time, price, price, price, price);

    public override string ToString() => $"{Series} {Time} {Open}/{High}/{Low}/{Close}";

    static BarFault? Fault(string field, decimal price) =>
        price <= 0 ? BarFault.NotPositive(field, price)
        : price >= Price.Limit ? BarFault.TooLarge(field, price)
        : null;
}
