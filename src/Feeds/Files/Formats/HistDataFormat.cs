using DxyOrleans.Feeds.Files.Clocks;

namespace DxyOrleans.Feeds.Files.Formats;

/// <summary>
/// HistData's 1-minute bars, as "Generic ASCII" and for NinjaTrader: bid, no header, no symbol, labelled by the open; times are US Eastern
/// Standard Time all year, five hours behind UTC with no summer time (HistData's file specification).
/// </summary>
static class HistDataFormat
{
    public static BarFileFormat Table { get; } =
        new()
        {
            Name = "histdata",
            Example = "20191001 000000;1.08992;1.08992;1.08983;1.08983;0",
            Order = [BarColumn.Time, BarColumn.Open, BarColumn.High, BarColumn.Low, BarColumn.Close, BarColumn.Volume],
            Delimiters = ";",
            Times = TimeSpellings.YearFirst,
            TimeExample = "20191001 000000",
            Zone = ZoneRule.VendorsUnlessGiven,
            OwnZone = FileZone.Fixed(-5),
        };
}
