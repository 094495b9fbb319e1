using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Time;

namespace DxyOrleans.Feeds.Files;

/// <summary>Makes bars of the quotes of a file, which stand in order of time: a bar is done when a quote of a later one comes, or no quote
/// comes any more.</summary>
sealed class TickBars(Timeframe timeframe)
{
    readonly Dictionary<Symbol, (Bar Bar, long Line)> _forming = [];

    /// <summary>Takes a quote into the bar that it belongs to.</summary>
    /// <param name="symbol">Whose it is.</param>
    /// <param name="quote">Its time, its price in all four, its volume.</param>
    /// <param name="line">Where it stands.</param>
    /// <param name="done">The bar that it ends, with the line of its first quote; null when it ends none.</param>
    /// <returns>What is wrong, or null.</returns>
    public BarFault? Add(Symbol symbol, BarFields quote, long line, out (Bar Bar, long Line)? done)
    {
        done = null;
        if (!quote.Time.IsOnCalendar)
        {
            return BarFault.NoTime(quote.Time);
        }

        var open = quote.Time.Floor(timeframe);
        if (_forming.TryGetValue(symbol, out var forming))
        {
            if (open < forming.Bar.Time)
            {
                return RowFaults.QuoteTooLate(quote.Time, forming.Bar.Time);
            }

            if (open == forming.Bar.Time)
            {
                return Widen(symbol, quote, forming);
            }

            done = forming;
        }

        if (!Create(new Series(symbol, timeframe), open, quote, quote, quote.Volume, 1, out var bar, out var fault))
        {
            done = null;
            return fault;
        }

        _forming[symbol] = (bar, line);
        return null;
    }

    /// <summary>The bars that no quote has ended.</summary>
    public IEnumerable<(Bar Bar, long Line)> TakeRest()
    {
        var rest = _forming.Values.OrderBy(forming => forming.Line).ToList();
        _forming.Clear();
        return rest;
    }

    BarFault? Widen(Symbol symbol, BarFields quote, (Bar Bar, long Line) forming)
    {
        var before = new BarFields
        {
            Open = forming.Bar.Open,
            High = Math.Max(forming.Bar.High, quote.High),
            Low = Math.Min(forming.Bar.Low, quote.Low),
        };
        if (
            !Create(
                forming.Bar.Series,
                forming.Bar.Time,
                before,
                quote,
                forming.Bar.Volume + quote.Volume,
                forming.Bar.TradeCount + 1,
                out var bar,
                out var fault
            )
        )
        {
            return fault;
        }

        _forming[symbol] = (bar, forming.Line);
        return null;
    }

    static bool Create(
        Series series,
        UtcTime open,
        BarFields before,
        BarFields quote,
        decimal volume,
        int count,
        out Bar bar,
        out BarFault? fault
    ) => Bar.TryCreate(series, open, before.Open, before.High, before.Low, quote.Close, volume, null, count, false, out bar!, out fault);
}
