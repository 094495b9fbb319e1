using DxyOrleans.Core.Market;
using DxyOrleans.Core.Time;

namespace DxyOrleans.Migration.Rules;

/// <summary>When a window that begins now can be over, if every open minute is healthy.</summary>
public static class WindowEnd
{
    /// <param name="from">Its beginning, market time.</param>
    /// <param name="settings">How long it has to be.</param>
    /// <param name="calendar">When bars of the symbol are expected; null: as the rule says.</param>
    /// <returns>The later of the hours' end and the last healthy minute's; weekends and holidays push it out.</returns>
    public static UtcTime Earliest(UtcTime from, RunSettings settings, MarketCalendar? calendar = null)
    {
        var end = from + TimeSpan.FromHours(settings.WindowHours);
        var wanted = (long)settings.HealthyMinutes;
        foreach (var open in (calendar ?? MarketCalendar.Rule).ExpectedRanges(new TimeRange(from, from + TimeSpan.FromDays(120))))
        {
            var minutes = open.Length.Ticks / TimeSpan.TicksPerMinute;
            if (minutes >= wanted)
            {
                return UtcTime.Max(end, open.From + TimeSpan.FromMinutes(wanted));
            }

            wanted -= minutes;
        }

        return end;
    }
}
