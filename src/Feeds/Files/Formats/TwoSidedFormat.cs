using DxyOrleans.Feeds.Files.Clocks;

namespace DxyOrleans.Feeds.Files.Formats;

/// <summary>
/// Bars and quotes with both sides of the market, by their header in any usual spelling: FXCM's archives, whose times have the month first
/// and are in UTC (its MarketData repository), and others', whose times say their zone or need one.
/// </summary>
static class TwoSidedFormat
{
    const string Symbols = "symbol|ticker|pair|currencypair|instrument|canonicalsymbol";

    public static BarFileFormat Bars { get; } =
        new()
        {
            Name = "bid-ask",
            Example = "DateTime,BidOpen,BidHigh,BidLow,BidClose,AskOpen,AskHigh,AskLow,AskClose",
            Names = HeaderNames.Table(
                (BarColumn.Symbol, Symbols),
                (BarColumn.Time, DxyFormat.Times),
                (BarColumn.Date, "date|day"),
                (BarColumn.BidOpen, "bidopen|openbid|bido"),
                (BarColumn.BidHigh, "bidhigh|highbid|bidh"),
                (BarColumn.BidLow, "bidlow|lowbid|bidl"),
                (BarColumn.BidClose, "bidclose|closebid|bidc"),
                (BarColumn.AskOpen, "askopen|openask|asko"),
                (BarColumn.AskHigh, "askhigh|highask|askh"),
                (BarColumn.AskLow, "asklow|lowask|askl"),
                (BarColumn.AskClose, "askclose|closeask|askc"),
                (BarColumn.Volume, "volume|vol|v|tickqty|ticks"),
                (BarColumn.IsComplete, "complete")
            ),
            Marks = ["bidopen|openbid|bido"],
            Delimiters = ",;\t|",
            Times = TimeSpellings.AnyUnix | TimeSpellings.YearFirst | TimeSpellings.DottedDayFirst | TimeSpellings.MonthFirstUtc,
            TimeExample = "03/08/2015 22:00:00.000",
            Zone = ZoneRule.InEachTime,
        };

    public static BarFileFormat Ticks { get; } =
        Bars with
        {
            Name = "bid-ask-ticks",
            Example = "DateTime,Bid,Ask",
            Names = HeaderNames.Table(
                (BarColumn.Symbol, Symbols),
                (BarColumn.Time, DxyFormat.Times),
                (BarColumn.Date, "date|day"),
                (BarColumn.Bid, "bid|bidprice"),
                (BarColumn.Ask, "ask|askprice"),
                (BarColumn.AskVolume, "askvolume|askvol"),
                (BarColumn.BidVolume, "bidvolume|bidvol")
            ),
            Marks = ["bid|bidprice", "ask|askprice"],
            TimeExample = "03/08/2015 22:00:00.123",
        };
}
