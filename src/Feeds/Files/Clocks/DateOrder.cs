namespace DxyOrleans.Feeds.Files.Clocks;

/// <summary>In which order a date's parts stand.</summary>
enum DateOrder
{
    YearFirst,
    DayFirst,
    MonthFirst,
}
