using DxyOrleans.Core.Market;
using DxyOrleans.Core.Time;

namespace DxyOrleans.Client.Rehearsal;

/// <summary>Where a rehearsal's market time begins, and how far back its history goes.</summary>
internal static class RehearsalStart
{
    /// <summary>How long the market has to be open after the beginning: the window of 24 hours and what comes before and after
    /// it.</summary>
    static readonly TimeSpan Open = TimeSpan.FromDays(3);

    /// <summary>The newest Monday 08:00Z before an instant after which the market is open for three days.</summary>
    public static UtcTime MondayBefore(UtcTime instant)
    {
        var day = UtcTime.From(instant.ToDateTime().Date);
        while (true)
        {
            day -= TimeSpan.FromDays(1);
            var start = day + TimeSpan.FromHours(8);
            if (
                day.ToDateTime().DayOfWeek == DayOfWeek.Monday
                && FxWeek.OpenMinutes(new TimeRange(start, start + Open)) == (int)Open.TotalMinutes
            )
            {
                return start;
            }
        }
    }

    /// <summary>The open stretches before an instant, ascending, that hold exactly so many minutes.</summary>
    public static IReadOnlyList<TimeRange> OpenBefore(UtcTime end, int minutes)
    {
        var stretches = new List<TimeRange>();
        var week = TimeSpan.FromDays(7);
        for (var to = end; minutes > 0; to -= week)
        {
            foreach (var open in FxWeek.OpenRanges(new TimeRange(to - week, to)).Reverse())
            {
                var taken = Math.Min(minutes, (int)open.Length.TotalMinutes);
                minutes -= taken;
                if (taken > 0)
                {
                    stretches.Add(new TimeRange(open.To - TimeSpan.FromMinutes(taken), open.To));
                }
            }
        }

        stretches.Reverse();
        return stretches;
    }
}
