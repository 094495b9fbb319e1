using DxyOrleans.Feeds.Files.Clocks;

namespace DxyOrleans.Feeds.Files.Formats;

/// <summary>Stooq's files of many symbols, and MetaStock's text: the period in minutes or <c>D</c>, times of a zone that they don't
/// name.</summary>
static class StooqFormat
{
    public static BarFileFormat Table { get; } =
        new()
        {
            Name = "stooq",
            Example = "<TICKER>,<PER>,<DATE>,<TIME>,<OPEN>,<HIGH>,<LOW>,<CLOSE>,<VOL>,<OPENINT>",
            Names = HeaderNames.PricesAnd(
                (BarColumn.Symbol, "ticker"),
                (BarColumn.Timeframe, "per"),
                (BarColumn.Date, "date|dtyyyymmdd"),
                (BarColumn.Clock, "time"),
                (BarColumn.Volume, "vol")
            ),
            Marks = ["ticker", "per", "date|dtyyyymmdd"],
            Delimiters = ",;\t",
            Times = TimeSpellings.YearFirst,
            TimeExample = "20191001,040000",
            Zone = ZoneRule.HasToBeGiven,
        };
}
