using DxyOrleans.Feeds.Files.Clocks;

namespace DxyOrleans.Feeds.Files.Formats;

/// <summary>
/// Dukascopy's historical data as its site exports them: a side a file, the symbol in the file's name, times in GMT or, when so chosen,
/// local with their offset in each (<c>01.10.2019 03:00:00.000 GMT+0300</c>).
/// </summary>
static class DukascopyFormat
{
    public static BarFileFormat Table { get; } =
        new()
        {
            Name = "dukascopy",
            Example = "Gmt time,Open,High,Low,Close,Volume",
            Names = HeaderNames.PricesAnd((BarColumn.Time, "gmttime|localtime"), (BarColumn.Volume, "volume")),
            Marks = ["gmttime|localtime"],
            Delimiters = ",;\t",
            Times = TimeSpellings.DayFirst | TimeSpellings.YearFirst,
            TimeExample = "04.10.2019 20:57:00.000",
            Zone = ZoneRule.InEachTime,
            OwnZone = FileZone.Parse("UTC"),
            OwnZoneName = "gmttime",
            FillsClosedMarket = true,
        };
}
