using DxyOrleans.Feeds.Files.Clocks;

namespace DxyOrleans.Feeds.Files.Formats;

/// <summary>Dukascopy's bars as the downloader dukascopy-node writes them: Unix milliseconds, or ISO-8601 when so chosen; the symbol is in
/// the file's name.</summary>
static class DukascopyNodeFormat
{
    public static BarFileFormat Table { get; } =
        new()
        {
            Name = "dukascopy-node",
            Example = "timestamp,open,high,low,close,volume",
            Names = HeaderNames.PricesAnd((BarColumn.Time, "timestamp"), (BarColumn.Volume, "volume")),
            Marks = ["timestamp", HeaderNames.NoSymbol],
            Delimiters = ",;\t",
            Times = TimeSpellings.AnyUnix | TimeSpellings.YearFirst,
            TimeExample = "1569888000000 (Unix milliseconds)",
            Zone = ZoneRule.InEachTime,
            FillsClosedMarket = true,
        };
}
