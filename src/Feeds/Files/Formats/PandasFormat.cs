using DxyOrleans.Feeds.Files.Clocks;

namespace DxyOrleans.Feeds.Files.Formats;

/// <summary>What pandas' <c>to_csv</c> makes of a frame whose index is the time: the index's column has no name, or its usual one, and no
/// row names the symbol.</summary>
static class PandasFormat
{
    public static BarFileFormat Table { get; } =
        new()
        {
            Name = "pandas",
            Example = ",open,high,low,close,volume",
            Names = HeaderNames.PricesAnd(
                (BarColumn.Time, "|index|unnamed0"),
                (BarColumn.Symbol, "symbol|ticker|pair"),
                (BarColumn.Volume, "volume|vol")
            ),
            Marks = ["|index|unnamed0", "!tsutc|ts|time|timestamp|datetime|date|opentime"],
            Delimiters = ",;\t|",
            Times = TimeSpellings.YearFirst | TimeSpellings.AnyUnix,
            TimeExample = "2019-10-03 00:00:00+00:00",
            Zone = ZoneRule.InEachTime,
        };
}
