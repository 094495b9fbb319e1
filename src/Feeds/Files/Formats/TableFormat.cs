using DxyOrleans.Feeds.Files.Clocks;

namespace DxyOrleans.Feeds.Files.Formats;

/// <summary>
/// Rows of <c>data_bars</c> or <c>derived_data_bars</c> as <c>bars --format csv</c> and psql's <c>\copy … csv header</c> write them. Each
/// names its timeframe; volume, count and vwap may be unknown; derived, partial and deleted rows are known as such.
/// </summary>
static class TableFormat
{
    public static BarFileFormat Table { get; } =
        new()
        {
            Name = "table",
            Example = "canonical_symbol,timeframe,ts_utc,open,high,low,close,vol,vwap,trade_count,is_partial,source,…",
            Names = HeaderNames.PricesAnd(
                (BarColumn.Symbol, "canonicalsymbol"),
                (BarColumn.Timeframe, "timeframe"),
                (BarColumn.Time, "tsutc"),
                (BarColumn.Volume, "vol|volume"),
                (BarColumn.Vwap, "vwap"),
                (BarColumn.TradeCount, "tradecount"),
                (BarColumn.IsPartial, "ispartial"),
                (BarColumn.Source, "source"),
                (BarColumn.Raw, "raw"),
                (BarColumn.DeletedAt, "deletedat"),
                (BarColumn.Version, "derivationversion")
            ),
            Marks = ["canonicalsymbol", "timeframe", "tsutc"],
            Delimiters = ",;\t|",
            Times = TimeSpellings.YearFirst,
            TimeExample = "2019-10-01 00:00:00+00",
            Zone = ZoneRule.InEachTime,
            VolumeMayBeUnknown = true,
        };
}
