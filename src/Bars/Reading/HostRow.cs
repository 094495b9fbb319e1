using System.Diagnostics.CodeAnalysis;
using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Time;

namespace DxyOrleans.Bars.Reading;

/// <summary>
/// A row of the host's table as it stands there, whoever wrote it: numbers in the server's binary form, empty where they are null. The one
/// place that tells whether it is a bar, and what of it counts: prices decide; volume, count and volume-weighted price never do.
/// </summary>
public readonly ref struct HostRow
{
    const string NotPositive = "and a price has to be above zero";

    static readonly string TooLarge = $"and prices from {Price.Limit:0} on don't fit numeric(20,8)";

    public required UtcTime Time { get; init; }

    public required ReadOnlySpan<byte> Open { get; init; }

    public required ReadOnlySpan<byte> High { get; init; }

    public required ReadOnlySpan<byte> Low { get; init; }

    public required ReadOnlySpan<byte> Close { get; init; }

    public required ReadOnlySpan<byte> Volume { get; init; }

    public required ReadOnlySpan<byte> Vwap { get; init; }

    /// <summary>Null where the table has none, or none that an integer not below zero holds.</summary>
    public required int? TradeCount { get; init; }

    public required bool IsPartial { get; init; }

    /// <summary>Makes the bar, or says which column keeps the row from being one.</summary>
    /// <param name="series">Whose rows are read.</param>
    /// <param name="bar">The bar; null where the row is none.</param>
    /// <param name="unfit">Why it is none; null too for a row off the timeframe's grid and for a partial one, which nobody derives
    /// from.</param>
    public bool TryBar(Series series, [NotNullWhen(true)] out Bar? bar, out UnfitRow? unfit)
    {
        (bar, unfit) = (null, null);
        if (!Time.IsOnCalendar || !Time.IsOnGrid(series.Timeframe))
        {
            return false;
        }

        if (!TryPrice(Open, out var open, out var why))
        {
            unfit = Unfit(series, "open", Open, why);
        }
        else if (!TryPrice(High, out var high, out why))
        {
            unfit = Unfit(series, "high", High, why);
        }
        else if (!TryPrice(Low, out var low, out why))
        {
            unfit = Unfit(series, "low", Low, why);
        }
        else if (!TryPrice(Close, out var close, out why))
        {
            unfit = Unfit(series, "close", Close, why);
        }
        else
        {
            unfit =
                high < low ? Unfit(series, "high", High, $"below low {ServerNumber.Text(Low)}")
                : open < low || open > high
                    ? Unfit(series, "open", Open, $"outside low {ServerNumber.Text(Low)} to high {ServerNumber.Text(High)}")
                : close < low || close > high
                    ? Unfit(series, "close", Close, $"outside low {ServerNumber.Text(Low)} to high {ServerNumber.Text(High)}")
                : null;
            if (unfit is null && Decorated(series, open, high, low, close) is { } made)
            {
                bar = made;
                return true;
            }
        }

        return false;
    }

    /// <summary>The same for a close alone, which is all that an index asks of a row.</summary>
    /// <param name="number">The close, empty where it is null.</param>
    /// <param name="close">At its full length: an index's formula takes all places.</param>
    /// <param name="why">What is wrong with it; empty where the value speaks for itself.</param>
    public static bool TryClose(ReadOnlySpan<byte> number, out double close, out string why)
    {
        close = number.IsEmpty ? double.NaN : ServerNumber.ToDouble(number);
        why =
            !double.IsFinite(close) ? ""
            : close <= 0 ? NotPositive
            : close >= (double)Price.Limit ? TooLarge
            : "";
        return Price.IsOne(close);
    }

    static bool TryPrice(ReadOnlySpan<byte> number, out decimal price, out string why)
    {
        (price, why) = (0, "");
        if (number.IsEmpty || !ServerNumber.TryDecimal(number, Price.Places, out var exact))
        {
            why = !number.IsEmpty && double.IsFinite(ServerNumber.ToDouble(number)) ? TooLarge : "";
            return false;
        }

        price = Price.Round(exact);
        why =
            price <= 0 ? NotPositive
            : price >= Price.Limit ? TooLarge
            : "";
        return why.Length == 0;
    }

    // The prices are a bar; what decorates them is what is known of it.
    Bar? Decorated(Series series, decimal open, decimal high, decimal low, decimal close)
    {
        var unknown = TradeCount is null ? BarUnknowns.TradeCount : BarUnknowns.None;
        decimal volume = 0;
        if (!Volume.IsEmpty && ServerNumber.TryDecimal(Volume, Core.Bars.Volume.Places, out var told) && Core.Bars.Volume.IsKnown(told))
        {
            volume = Core.Bars.Volume.Round(told);
        }
        else
        {
            unknown |= BarUnknowns.Volume;
        }

        decimal? vwap = null;
        if (!Vwap.IsEmpty)
        {
            if (TryPrice(Vwap, out var average, out _))
            {
                vwap = average;
            }
            else
            {
                unknown |= BarUnknowns.Vwap;
            }
        }

        return Bar.TryCreate(series, Time, open, high, low, close, volume, vwap, TradeCount ?? 0, IsPartial, out var bar, out _)
            ? unknown == BarUnknowns.None
                ? bar
                : bar with
                {
                    Unknown = unknown,
                }
            : null;
    }

    UnfitRow? Unfit(Series series, string column, ReadOnlySpan<byte> value, string why) =>
        IsPartial ? null : new UnfitRow(series, Time, column, ServerNumber.Text(value), why);
}
