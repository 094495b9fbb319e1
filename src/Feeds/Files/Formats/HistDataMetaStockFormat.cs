using DxyOrleans.Feeds.Files.Clocks;

namespace DxyOrleans.Feeds.Files.Formats;

/// <summary>HistData's 1-minute bars for MetaStock: each row names its pair; Eastern Standard Time all year like the others.</summary>
static class HistDataMetaStockFormat
{
    public static BarFileFormat Table { get; } =
        new()
        {
            Name = "histdata-ms",
            Example = "EURUSD,201910010400,1.090010,1.090020,1.089830,1.089840,0",
            Order = [BarColumn.Symbol, BarColumn.Time, BarColumn.Open, BarColumn.High, BarColumn.Low, BarColumn.Close, BarColumn.Volume],
            Times = TimeSpellings.JoinedMinute,
            TimeExample = "201910010400",
            Zone = ZoneRule.VendorsUnlessGiven,
            OwnZone = FileZone.Fixed(-5),
        };
}
