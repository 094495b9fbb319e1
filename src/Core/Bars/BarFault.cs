using DxyOrleans.Core.Time;

namespace DxyOrleans.Core.Bars;

/// <summary>Why something is not a bar: a code for programs, a sentence that says what is wrong and with which value.</summary>
public sealed record BarFault(string Code, string Text)
{
    public static BarFault NotPositive(string field, decimal value) =>
        new("not-positive", $"{field} is {value}; a price has to be above zero");

    public static BarFault NotANumber(string field, string value) =>
        new("not-a-number", $"{field} is '{value}'; a price has to be a finite number with '.' before its decimals");

    public static BarFault TooLarge(string field, decimal value) =>
        new("too-large", $"{field} is {value}; prices from {Price.Limit:0} on don't fit numeric(20,8)");

    public static BarFault HighBelowLow(decimal high, decimal low) => new("high-below-low", $"high {high} is below low {low}");

    public static BarFault OutsideRange(string field, decimal value, decimal low, decimal high) =>
        new("outside-range", $"{field} {value} lies outside low {low} to high {high}");

    public static BarFault NoTime(UtcTime time) =>
        new("no-time", $"{time.Ticks} ticks since the year 1 is no time of a date; times lie in the years 1 to 9999");

    /// <summary>The code of a time that no bar of its timeframe opens at.</summary>
    public const string OffGridCode = "off-grid";

    public static BarFault OffGrid(UtcTime time, Timeframe timeframe) => new(OffGridCode, $"{time} is not the open of a {timeframe} bar");

    public static BarFault NegativeCount(string field, decimal value) => new("negative", $"{field} is {value}; it can't be negative");

    public static BarFault InTheFuture(UtcTime time, UtcTime now) =>
        new("in-the-future", $"the bar of {time} has not begun; the clock says {now}");

    public static BarFault Partial(UtcTime time) => new("partial", $"the bar of {time} is partial; finals only are stored");

    public static BarFault UnknownSymbol(Symbol symbol) =>
        new("unknown-symbol", $"{symbol} is not in the registry; add it with 'symbols add'");

    public static BarFault Shadow() => new("shadow", "the cluster runs in shadow mode and stores no bars; start it without --shadow");

    public static BarFault Contradicted(UtcTime time) =>
        new("contradiction", $"another bar of this minute stands earlier in the same input, with other values ({time})");

    public static BarFault WrongSeries(Series found, Series wanted) => new("wrong-series", $"a bar of {found} was given to {wanted}");

    public override string ToString() => Text;
}
