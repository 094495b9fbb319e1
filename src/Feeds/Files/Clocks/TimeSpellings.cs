namespace DxyOrleans.Feeds.Files.Clocks;

/// <summary>The ways in which a format writes its times. Unix times of different units can't be taken for one another.</summary>
[Flags]
enum TimeSpellings
{
    None = 0,

    /// <summary>Year, month, day, time of day: ISO-8601 and what is like it (<c>20191001 040000</c>, <c>2019.10.01 04:00</c>).</summary>
    YearFirst = 1,

    /// <summary>Day, month, year, time of day: <c>04.10.2019 20:57:00.000</c>.</summary>
    DayFirst = 2,

    Seconds = 4,
    Milliseconds = 8,
    Microseconds = 16,
    Nanoseconds = 32,

    /// <summary>The same with dots between, which nobody writes with the month first.</summary>
    DottedDayFirst = 64,

    /// <summary>Month, day, year, time of day, as FXCM writes it, in UTC: <c>03/08/2015 22:00:00.000</c>.</summary>
    MonthFirstUtc = 128,

    /// <summary>Milliseconds of the day that the file's name says, as Lean's files have them.</summary>
    OfDay = 256,

    /// <summary>A minute in twelve digits: <c>201910010400</c>.</summary>
    JoinedMinute = 512,

    /// <summary>A day and a time of day in digits, to the second or the millisecond: <c>20191001 040000</c>.</summary>
    JoinedStamp = 1024,

    AnyUnix = Seconds | Milliseconds | Microseconds | Nanoseconds,
}
