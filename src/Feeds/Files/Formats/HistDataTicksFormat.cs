using DxyOrleans.Feeds.Files.Clocks;

namespace DxyOrleans.Feeds.Files.Formats;

/// <summary>HistData's ticks as "Generic ASCII": bid and ask with milliseconds, no header, no symbol; Eastern Standard Time all year like
/// its bars.</summary>
static class HistDataTicksFormat
{
    public static BarFileFormat Table { get; } =
        new()
        {
            Name = "histdata-ticks",
            Example = "20191001 040000660,1.089920,1.090090,0",
            Order = [BarColumn.Time, BarColumn.Bid, BarColumn.Ask, BarColumn.Other],
            Times = TimeSpellings.JoinedStamp,
            TimeExample = "20191001 040000660",
            Zone = ZoneRule.VendorsUnlessGiven,
            OwnZone = FileZone.Fixed(-5),
        };
}
