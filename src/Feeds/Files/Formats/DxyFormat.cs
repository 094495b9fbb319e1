namespace DxyOrleans.Feeds.Files.Formats;

/// <summary>
/// The shape of this project's own files, and of any whose header names time and prices in whatever order and spelling: times in ISO-8601
/// or Unix time, labelled by the bar's open.
/// </summary>
static class DxyFormat
{
    public static BarFileFormat Table { get; } =
        new()
        {
            Name = "dxy",
            Example = "symbol,ts_utc,open,high,low,close,volume",
            Order = [BarColumn.Symbol, BarColumn.Time, BarColumn.Open, BarColumn.High, BarColumn.Low, BarColumn.Close, BarColumn.Volume],
            Names = HeaderNames.PricesAnd(
                (BarColumn.Symbol, "symbol|ticker|pair|currencypair|instrument|canonicalsymbol"),
                (BarColumn.Time, "tsutc|ts|time|timeutc|utctime|utc|timestamp|timestamputc|datetime|datetimeutc|opentime|bartime"),
                (BarColumn.Date, "date|day"),
                (BarColumn.Volume, "volume|vol|v|tickvolume|tickvol|ticks"),
                (BarColumn.TradeCount, "transactions|tradecount|trades")
            ),
            Delimiters = ",;\t|",
            Times = TimeSpellings.YearFirst | TimeSpellings.AnyUnix,
            TimeExample = "2019-10-01T00:00:00Z",
            Zone = ZoneRule.InEachTime,
        };
}
