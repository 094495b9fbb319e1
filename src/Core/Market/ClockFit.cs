using DxyOrleans.Core.Time;

namespace DxyOrleans.Core.Market;

/// <summary>How a clock, taken to be in some zone, keeps to the FX week.</summary>
/// <param name="Weekends">Weekends beside which there are bars.</param>
/// <param name="Contradicted">Of these the ones in which bars go on for an hour after Friday's close, or begin an hour before Sunday's
/// open.</param>
/// <param name="Slack">Half hours without a bar just before a close and just after an open, all together.</param>
/// <param name="First">Friday's close of the first weekend that is contradicted; null when none is.</param>
/// <param name="Last">The same of the last.</param>
public readonly record struct ClockFit(int Weekends, int Contradicted, int Slack, UtcTime? First, UtcTime? Last)
{
    // A weekend in eight: a file of a month in which clocks change may have one of five.
    const int ShareOfWeekends = 8;
    const int ShareLeft = 4;

    /// <summary>Whether the zone is wrong, for the other fits where this one doesn't. A few odd weekends are a vendor's, not a
    /// clock's.</summary>
    public bool IsContradictedBy(ClockFit other) =>
        Contradicted > 0 && Contradicted * ShareOfWeekends >= Weekends && other.Contradicted * ShareLeft < Contradicted;

    /// <summary>Judges a clock by its weekends.</summary>
    /// <param name="activity">When there are bars by it.</param>
    /// <param name="local">What it shows at an instant, if it is in the zone in question.</param>
    public static ClockFit Of(ClockActivity activity, Func<UtcTime, DateTime> local)
    {
        var fit = default(ClockFit);
        if (activity.IsEmpty)
        {
            return fit;
        }

        // No zone is further from UTC than a day.
        var days = activity.Days;
        foreach (var weekend in FxWeek.Weekends(new TimeRange(days.From - TimeSpan.FromDays(2), days.To + TimeSpan.FromDays(1))))
        {
            fit = fit.With(activity, weekend, local(weekend.From), local(weekend.To));
        }

        return fit;
    }

    ClockFit With(ClockActivity activity, TimeRange weekend, DateTime close, DateTime open)
    {
        const int Near = 8;
        var before = Enumerable.Range(1, Near).Select(slot => activity.IsActive(close, -slot)).ToList();
        var after = Enumerable.Range(0, Near).Select(slot => activity.IsActive(open, slot)).ToList();
        var goesOn = activity.IsActive(close, 0) && activity.IsActive(close, 1);
        var isEarly = activity.IsActive(open, -1) && activity.IsActive(open, -2);
        var contradicts = goesOn || isEarly;
        if (!contradicts && !before.Contains(true) && !after.Contains(true))
        {
            return this;
        }

        return new ClockFit(
            Weekends + 1,
            Contradicted + (contradicts ? 1 : 0),
            Slack + Quiet(before) + Quiet(after),
            contradicts ? First ?? weekend.From : First,
            contradicts ? weekend.From : Last
        );
    }

    // A side of the weekend that the file doesn't have says nothing.
    static int Quiet(List<bool> slots) => Math.Max(0, slots.IndexOf(true));
}
