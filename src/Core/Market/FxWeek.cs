using DxyOrleans.Core.Time;
using NodaTime;

namespace DxyOrleans.Core.Market;

/// <summary>
/// When the FX market is open: Sunday 17:00 to Friday 17:00 New York, 7,200 minutes every week, weeks with a clock change included
/// (it changes on Sunday at 02:00, while closed), less the holidays of <see cref="FxHolidays"/>.
/// A trading day ends at 17:00 New York and bears the date of its end.
/// </summary>
public static class FxWeek
{
    static readonly DateTimeZone NewYork = DateTimeZoneProviders.Tzdb["America/New_York"];
    static readonly LocalTime Roll = new(17, 0);

    /// <summary>Whether the minute that begins at or contains the instant is one in which the market trades.</summary>
    public static bool IsOpen(UtcTime time) => TradesOn(TradingDate(time));

    /// <summary>How many whole open minutes there are in the range.</summary>
    public static int OpenMinutes(TimeRange range) => (int)OpenRanges(range).Sum(open => open.Length.Ticks / TimeSpan.TicksPerMinute);

    /// <summary>The open parts of the range, ascending; trading days that follow each other are one part.</summary>
    public static IEnumerable<TimeRange> OpenRanges(TimeRange range)
    {
        if (range.IsEmpty)
        {
            yield break;
        }

        TimeRange? pending = null;
        var date = TradingDate(range.From);
        for (var start = StartOf(date); start < range.To; date = date.PlusDays(1), start = StartOf(date))
        {
            if (!TradesOn(date))
            {
                continue;
            }

            var open = new TimeRange(start, StartOf(date.PlusDays(1))).Intersect(range);
            if (pending is { } before && before.To == open.From)
            {
                pending = new TimeRange(before.From, open.To);
                continue;
            }

            if (pending is { IsEmpty: false } done)
            {
                yield return done;
            }

            pending = open;
        }

        if (pending is { IsEmpty: false } last)
        {
            yield return last;
        }
    }

    /// <summary>
    /// The weekdays that the rule closes and that touch the range: whole trading days, 17:00 to 17:00 New York,
    /// ascending.
    /// </summary>
    public static IEnumerable<TimeRange> Holidays(TimeRange range)
    {
        if (range.IsEmpty)
        {
            yield break;
        }

        var date = TradingDate(range.From);
        for (var start = StartOf(date); start < range.To; date = date.PlusDays(1), start = StartOf(date))
        {
            if (FxHolidays.Closes(date.Month, date.Day) && !IsWeekend(date))
            {
                yield return new TimeRange(start, StartOf(date.PlusDays(1)));
            }
        }
    }

    /// <summary>The weekends that touch the range: Friday 17:00 to Sunday 17:00 New York, whole, ascending.</summary>
    public static IEnumerable<TimeRange> Weekends(TimeRange range)
    {
        for (var date = TradingDate(range.From).PlusDays(-2); StartOf(date) < range.To; date = date.PlusDays(1))
        {
            if (date.DayOfWeek == IsoDayOfWeek.Saturday && StartOf(date.PlusDays(2)) > range.From)
            {
                yield return new TimeRange(StartOf(date), StartOf(date.PlusDays(2)));
            }
        }
    }

    static bool IsWeekend(LocalDate date) => date.DayOfWeek is IsoDayOfWeek.Saturday or IsoDayOfWeek.Sunday;

    static bool TradesOn(LocalDate date) => !IsWeekend(date) && !FxHolidays.Closes(date.Month, date.Day);

    static LocalDate TradingDate(UtcTime time)
    {
        var local = Instant.FromDateTimeUtc(time.ToDateTime()).InZone(NewYork);
        return local.TimeOfDay >= Roll ? local.Date.PlusDays(1) : local.Date;
    }

    static UtcTime StartOf(LocalDate date) => UtcTime.From(NewYork.AtLeniently(date.PlusDays(-1).At(Roll)).ToDateTimeUtc());
}
