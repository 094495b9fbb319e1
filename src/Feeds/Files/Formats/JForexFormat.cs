using DxyOrleans.Feeds.Files.Clocks;

namespace DxyOrleans.Feeds.Files.Formats;

/// <summary>Bars as Dukascopy's platform exports them: the header says the zone, <c>Time (EET)</c> or <c>Time (UTC)</c>; the symbol is in
/// the file's name.</summary>
static class JForexFormat
{
    public static BarFileFormat Table { get; } =
        new()
        {
            Name = "jforex",
            Example = "Time (EET),Open,High,Low,Close,Volume",
            Names = HeaderNames.PricesAnd((BarColumn.Time, "time"), (BarColumn.Volume, "volume")),
            Marks = ["time(", HeaderNames.NoSymbol],
            Delimiters = ",;\t",
            Times = TimeSpellings.YearFirst | TimeSpellings.DayFirst,
            TimeExample = "2019.10.01 03:00:00",
            Zone = ZoneRule.HasToBeGiven,
            FillsClosedMarket = true,
        };
}
