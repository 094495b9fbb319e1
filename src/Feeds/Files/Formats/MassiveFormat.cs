using DxyOrleans.Feeds.Files.Clocks;

namespace DxyOrleans.Feeds.Files.Formats;

/// <summary>
/// Massive's forex flat files of minute aggregates: all pairs of a day, columns in the order open, close, high, low; the window's start in
/// Unix nanoseconds; volume is the number of quotes.
/// </summary>
static class MassiveFormat
{
    public static BarFileFormat Table { get; } =
        new()
        {
            Name = "massive",
            Example = "ticker,volume,open,close,high,low,window_start,transactions",
            Order =
            [
                BarColumn.Symbol,
                BarColumn.Volume,
                BarColumn.Open,
                BarColumn.Close,
                BarColumn.High,
                BarColumn.Low,
                BarColumn.Time,
                BarColumn.TradeCount,
            ],
            Names = HeaderNames.PricesAnd(
                (BarColumn.Symbol, "ticker"),
                (BarColumn.Volume, "volume"),
                (BarColumn.Time, "windowstart"),
                (BarColumn.TradeCount, "transactions")
            ),
            Marks = ["ticker", "windowstart"],
            Times = TimeSpellings.Nanoseconds,
            TimeExample = "1717362000000000000 (Unix nanoseconds)",
            Zone = ZoneRule.None,
        };
}
