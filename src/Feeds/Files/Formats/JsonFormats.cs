using DxyOrleans.Feeds.Files.Clocks;
using DxyOrleans.Feeds.Files.Texts;

namespace DxyOrleans.Feeds.Files.Formats;

/// <summary>What <see cref="JsonText"/> makes of the answers of OANDA's and Massive's interfaces, saved to a file.</summary>
static class JsonFormats
{
    public static BarFileFormat OandaTwoSided { get; } =
        TwoSidedFormat.Bars with
        {
            Name = "oanda-json",
            Example = "oanda_instrument,granularity,time,complete,volume,bid_o,bid_h,bid_l,bid_c,ask_o,ask_h,ask_l,ask_c",
            Names = TwoSidedFormat
                .Bars.Names.Remove("instrument")
                .Add("oandainstrument", BarColumn.Symbol)
                .Add("granularity", BarColumn.Timeframe),
            Marks = ["oandainstrument", "bido"],
            TimeExample = "2016-10-17T19:35:00.000000000Z",
        };

    public static BarFileFormat Oanda { get; } =
        OandaTwoSided with
        {
            Name = "oanda-json-one",
            Example = "oanda_instrument,granularity,time,complete,volume,o,h,l,c",
            Names = HeaderNames.PricesAnd(
                (BarColumn.Symbol, "oandainstrument"),
                (BarColumn.Timeframe, "granularity"),
                (BarColumn.Time, "time"),
                (BarColumn.IsComplete, "complete"),
                (BarColumn.Volume, "volume")
            ),
            Marks = ["oandainstrument", "o"],
        };

    public static BarFileFormat Massive { get; } =
        new()
        {
            Name = "massive-json",
            Example = "massive_ticker,t,v,o,c,h,l,vw,n",
            Names = HeaderNames.PricesAnd(
                (BarColumn.Symbol, "massiveticker"),
                (BarColumn.Time, "t"),
                (BarColumn.Volume, "v"),
                (BarColumn.Vwap, "vw"),
                (BarColumn.TradeCount, "n")
            ),
            Marks = ["massiveticker", "t"],
            Times = TimeSpellings.Milliseconds,
            TimeExample = "1626912000000 (Unix milliseconds)",
            Zone = ZoneRule.None,
        };
}
