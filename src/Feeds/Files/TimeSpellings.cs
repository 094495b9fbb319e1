namespace DxyOrleans.Feeds.Files;

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

    AnyUnix = Seconds | Milliseconds | Microseconds | Nanoseconds,
}
