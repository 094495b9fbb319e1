using DxyOrleans.Core.Time;

namespace DxyOrleans.Core.Bars;

/// <summary>
/// The minute that ticks are still building. Kept apart from finals; the fold is order-insensitive in high, low and count,
/// and takes open and close from the earliest and latest tick by their own time, so ticks may arrive out of order within the minute.
/// </summary>
public sealed record FormingBar(
    Series Series,
    UtcTime Time,
    decimal Open,
    decimal High,
    decimal Low,
    decimal Close,
    UtcTime FirstTick,
    UtcTime LastTick,
    int Ticks
)
{
    public UtcTime End => Time + Series.Timeframe;

    /// <summary>Begins the bar that contains the tick.</summary>
    public static FormingBar Begin(Series series, Quote quote) =>
        new(series, quote.Time.Floor(series.Timeframe), quote.Price, quote.Price, quote.Price, quote.Price, quote.Time, quote.Time, 1);

    /// <exception cref="ArgumentException">The tick lies outside this bar.</exception>
    public FormingBar Add(Quote quote)
    {
        if (quote.Time < Time || quote.Time >= End)
        {
            throw new ArgumentException($"The tick of {quote.Time} is not within the bar of {Time}.", nameof(quote));
        }

        return this with
        {
            Open = quote.Time < FirstTick ? quote.Price : Open,
            Close = quote.Time >= LastTick ? quote.Price : Close,
            High = Math.Max(High, quote.Price),
            Low = Math.Min(Low, quote.Price),
            FirstTick = UtcTime.Min(FirstTick, quote.Time),
            LastTick = UtcTime.Max(LastTick, quote.Time),
            Ticks = Ticks + 1,
        };
    }

    /// <summary>The final bar. Quotes carry no size, so volume is the number of ticks, as vendors of quote-built FX bars have it.</summary>
    public Bar ToFinal() => Bar.Create(Series, Time, Open, High, Low, Close, volume: Ticks, tradeCount: Ticks);
}
