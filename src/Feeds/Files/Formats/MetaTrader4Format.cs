using System.Collections.Immutable;
using DxyOrleans.Feeds.Files.Clocks;

namespace DxyOrleans.Feeds.Files.Formats;

/// <summary>Bars as MetaTrader 4 exports them: no header, the broker's time, the number of ticks for a volume, the symbol in the file's
/// name.</summary>
static class MetaTrader4Format
{
    public static ImmutableArray<BarColumn> Columns { get; } =
    [BarColumn.Date, BarColumn.Clock, BarColumn.Open, BarColumn.High, BarColumn.Low, BarColumn.Close, BarColumn.Volume];

    public static BarFileFormat Table { get; } =
        new()
        {
            Name = "mt4",
            Example = "2019.10.01,04:00,1.09001,1.09002,1.08983,1.08984,41",
            Order = Columns,
            Times = TimeSpellings.YearFirst,
            TimeExample = "2019.10.01,04:00",
            Zone = ZoneRule.HasToBeGiven,
            VolumeIsZero = false,
        };
}
