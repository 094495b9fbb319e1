using DxyOrleans.Feeds.Files.Clocks;

namespace DxyOrleans.Feeds.Files.Formats;

/// <summary>A chart's data as TradingView exports them: Unix seconds or ISO-8601, columns of indicators behind the prices, the symbol in
/// the file's name.</summary>
static class TradingViewFormat
{
    public static BarFileFormat Table { get; } =
        new()
        {
            Name = "tradingview",
            Example = "time,open,high,low,close,Volume",
            Names = HeaderNames.PricesAnd((BarColumn.Time, "time"), (BarColumn.Volume, "volume")),
            Marks = ["time", "!date", HeaderNames.NoSymbol],
            Times = TimeSpellings.AnyUnix | TimeSpellings.YearFirst,
            TimeExample = "1569888000 (Unix seconds)",
            Zone = ZoneRule.InEachTime,
        };
}
