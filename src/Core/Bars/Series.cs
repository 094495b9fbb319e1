using DxyOrleans.Core.Time;

namespace DxyOrleans.Core.Bars;

/// <summary>One symbol in one timeframe: what a grain owns, what a row belongs to, what can be due. Written <c>DXY/5m</c>.</summary>
public readonly record struct Series(Symbol Symbol, Timeframe Timeframe) : IComparable<Series>
{
    public static bool TryParse(string? text, out Series series)
    {
        series = default;
        var slash = text?.LastIndexOf('/') ?? -1;
        if (
            slash <= 0
            || !Symbol.TryParse(text.AsSpan(0, slash), out var symbol)
            || !Timeframe.TryParse(text![(slash + 1)..], out var timeframe)
        )
        {
            return false;
        }

        series = new Series(symbol, timeframe);
        return true;
    }

    /// <exception cref="FormatException">Not of the form <c>SYMBOL/TIMEFRAME</c>.</exception>
    public static Series Parse(string text) =>
        TryParse(text, out var series) ? series : throw new FormatException($"'{text}' is not SYMBOL/TIMEFRAME, like DXY/5m.");

    public int CompareTo(Series other)
    {
        var bySymbol = Symbol.CompareTo(other.Symbol);
        return bySymbol != 0 ? bySymbol : Timeframe.CompareTo(other.Timeframe);
    }

    public static bool operator <(Series left, Series right) => left.CompareTo(right) < 0;

    public static bool operator >(Series left, Series right) => left.CompareTo(right) > 0;

    public static bool operator <=(Series left, Series right) => left.CompareTo(right) <= 0;

    public static bool operator >=(Series left, Series right) => left.CompareTo(right) >= 0;

    public override string ToString() => $"{Symbol}/{Timeframe}";
}
