using DxyOrleans.Feeds.Files.Clocks;

namespace DxyOrleans.Feeds.Files.Formats;

/// <summary>HistData's ticks for NinjaTrader: seconds, and one price that the file's name says the side of; Eastern Standard Time all year
/// like its bars.</summary>
static class HistDataNinjaTicksFormat
{
    public static BarFileFormat Table { get; } =
        new()
        {
            Name = "histdata-nt-ticks",
            Example = "20191001 040010;1.089920;0",
            Order = [BarColumn.Time, BarColumn.Tick, BarColumn.Other],
            Delimiters = ";",
            Times = TimeSpellings.JoinedStamp,
            TimeExample = "20191001 040010",
            Zone = ZoneRule.VendorsUnlessGiven,
            OwnZone = FileZone.Fixed(-5),
        };
}
