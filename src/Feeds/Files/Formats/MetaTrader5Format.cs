using DxyOrleans.Feeds.Files.Clocks;

namespace DxyOrleans.Feeds.Files.Formats;

/// <summary>Bars as MetaTrader 5 exports them, in UTF-16: the broker's time, the number of ticks for a volume, the symbol in the file's
/// name.</summary>
static class MetaTrader5Format
{
    public static BarFileFormat Table { get; } =
        new()
        {
            Name = "mt5",
            Example = "<DATE>\t<TIME>\t<OPEN>\t<HIGH>\t<LOW>\t<CLOSE>\t<TICKVOL>\t<VOL>\t<SPREAD>",
            Names = HeaderNames.PricesAnd((BarColumn.Date, "date"), (BarColumn.Clock, "time"), (BarColumn.Volume, "tickvol")),
            Marks = ["date", "tickvol", "spread"],
            Delimiters = "\t,;",
            Times = TimeSpellings.YearFirst,
            TimeExample = "2019.10.01 03:00:00",
            Zone = ZoneRule.HasToBeGiven,
        };
}
