using DxyOrleans.Feeds.Files.Clocks;

namespace DxyOrleans.Feeds.Files.Formats;

/// <summary>
/// HistData's 1-minute bars for MetaTrader: date and time of day apart, Eastern Standard Time all year like the others. MetaTrader 4 writes
/// the same columns in its broker's time; but HistData has no volume and writes 0, and MetaTrader has no bar without a tick.
/// </summary>
static class HistDataMetaTraderFormat
{
    public static BarFileFormat Table { get; } =
        new()
        {
            Name = "histdata-mt",
            Example = "2019.10.01,04:00,1.090010,1.090020,1.089830,1.089840,0",
            Order = MetaTrader4Format.Columns,
            Times = TimeSpellings.YearFirst,
            TimeExample = "2019.10.01,04:00",
            Zone = ZoneRule.VendorsUnlessGiven,
            OwnZone = FileZone.Fixed(-5),
            VolumeIsZero = true,
        };
}
