using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Time;

namespace DxyOrleans.Feeds.Files;

/// <summary>What is to be said of rows that don't lie as far apart as their timeframe says.</summary>
static class SpacingFaults
{
    public static BarFault Of(SpacingVerdict verdict, long apart, Timeframe given, bool isOnGrid, bool isDerivedHere)
    {
        var fits = Spacing.Of(apart);
        var advice =
            fits is null ? $"the shortest timeframe is {Timeframe.OneMinute}"
            : !isOnGrid ? $"--timeframe {fits} would fit, but its bars begin at multiples of it from 00:00Z and these don't"
            : isDerivedHere ? $"--timeframe {fits} would fit, but {fits} bars are derived here: import the 1m bars they are made of"
            : $"say --timeframe {fits}";
        var anyway = verdict == SpacingVerdict.Wide ? $", or --sparse if they are {given} bars all the same" : "";
        return new BarFault("spacing", $"the rows lie {Length(apart)} apart, where {given} bars are expected; {advice}{anyway}");
    }

    public static string Length(long ticks)
    {
        var span = new TimeSpan(ticks);
        return span.Ticks % TimeSpan.TicksPerDay == 0 ? Count(span.Days, "day")
            : span.Ticks % TimeSpan.TicksPerHour == 0 ? Count((int)span.TotalHours, "hour")
            : span.Ticks % TimeSpan.TicksPerMinute == 0 ? Count((int)span.TotalMinutes, "minute")
            : Count((int)span.TotalSeconds, "second");
    }

    static string Count(int number, string unit) => number == 1 ? $"1 {unit}" : $"{number} {unit}s";
}
