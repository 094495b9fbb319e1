using DxyOrleans.Feeds.Files.Clocks;

namespace DxyOrleans.Feeds.Files.Formats;

/// <summary>Ticks as MetaTrader 5 exports them: the broker's time, a side that didn't change left empty, the symbol in the file's
/// name.</summary>
static class MetaTrader5TicksFormat
{
    public static BarFileFormat Table { get; } =
        new()
        {
            Name = "mt5-ticks",
            Example = "<DATE>\t<TIME>\t<BID>\t<ASK>\t<LAST>\t<VOLUME>\t<FLAGS>",
            Names = HeaderNames.Table((BarColumn.Date, "date"), (BarColumn.Clock, "time"), (BarColumn.Bid, "bid"), (BarColumn.Ask, "ask")),
            Marks = ["date", "time", "bid", "ask", "flags|last"],
            Delimiters = "\t,;",
            Times = TimeSpellings.YearFirst,
            TimeExample = "2019.10.01 03:00:00.123",
            Zone = ZoneRule.HasToBeGiven,
        };
}
