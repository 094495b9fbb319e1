using DxyOrleans.Feeds.Files.Clocks;

namespace DxyOrleans.Feeds.Files.Formats;

/// <summary>
/// QuantConnect Lean's forex files: no header, both sides, the pair in the file's name; of minutes and seconds the time is in milliseconds
/// of the day that the name says, of hours and days it is whole. Its readme: a market's zone is UTC for Oanda, -05:00 for FXCM.
/// </summary>
static class LeanFormat
{
    public static BarFileFormat Minutes { get; } =
        new()
        {
            Name = "lean",
            Example = "14400000,1.08992,1.08992,1.08983,1.08983,0,1.09009,1.09009,1.09001,1.09001,0",
            Order =
            [
                BarColumn.Time,
                BarColumn.BidOpen,
                BarColumn.BidHigh,
                BarColumn.BidLow,
                BarColumn.BidClose,
                BarColumn.Other,
                BarColumn.AskOpen,
                BarColumn.AskHigh,
                BarColumn.AskLow,
                BarColumn.AskClose,
                BarColumn.Other,
            ],
            Times = TimeSpellings.OfDay,
            TimeExample = "14400000 (milliseconds of the day)",
            Zone = ZoneRule.HasToBeGiven,
        };

    public static BarFileFormat Hours { get; } =
        Minutes with
        {
            Name = "lean-hours",
            Example = "20191001 04:00,1.08992,1.08992,1.08983,1.08983,0,1.09009,1.09009,1.09001,1.09001,0",
            Times = TimeSpellings.YearFirst,
            TimeExample = "20191001 04:00",
        };

    public static BarFileFormat Ticks { get; } =
        Minutes with
        {
            Name = "lean-ticks",
            Example = "14400123,1.08992,1.09009",
            Order = [BarColumn.Time, BarColumn.Bid, BarColumn.Ask],
        };
}
