using DxyOrleans.Feeds.Files.Clocks;

namespace DxyOrleans.Feeds.Files.Formats;

/// <summary>
/// The shape of this project's own files, and of any whose header names time and prices in whatever order and spelling: times in ISO-8601
/// or Unix time, labelled by the bar's open.
/// </summary>
static class DxyFormat
{
    /// <summary>The usual names of a column of whole times.</summary>
    public const string Times =
        "tsutc|ts|time|timeutc|utctime|utc|timestamp|timestamputc|datetime|datetimeutc|opentime|bartime|epoch|unix|unixtime";

    public static BarFileFormat Table { get; } =
        new()
        {
            Name = "dxy",
            Example = "symbol,ts_utc,open,high,low,close,volume",
            Order = [BarColumn.Symbol, BarColumn.Time, BarColumn.Open, BarColumn.High, BarColumn.Low, BarColumn.Close, BarColumn.Volume],
            Names = HeaderNames.PricesAnd(
                (BarColumn.Symbol, "symbol|ticker|pair|currencypair|instrument|canonicalsymbol"),
                (BarColumn.Time, Times),
                (BarColumn.Date, "date|day"),
                (BarColumn.Volume, "volume|vol|v|tickvolume|tickvol|ticks"),
                (BarColumn.TradeCount, "transactions|tradecount|trades")
            ),
            Delimiters = ",;\t|",
            Times = TimeSpellings.YearFirst | TimeSpellings.AnyUnix | TimeSpellings.DottedDayFirst,
            TimeExample = "2019-10-01T00:00:00Z",
            Zone = ZoneRule.InEachTime,
        };
}
