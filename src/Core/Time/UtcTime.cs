using System.Globalization;

namespace DxyOrleans.Core.Time;

/// <summary>
/// An instant in UTC with microsecond resolution, the resolution of PostgreSQL's <c>timestamptz</c>.
/// There is no way to make one from a local or unspecified time. <c>default</c> is 0001-01-01T00:00:00Z.
/// </summary>
public readonly record struct UtcTime : IComparable<UtcTime>
{
    private readonly long _ticks;

    private UtcTime(long ticks) => _ticks = ticks - (ticks % TimeSpan.TicksPerMicrosecond);

    /// <summary>Ticks of 100 ns since 0001-01-01T00:00:00Z; always a whole number of microseconds.</summary>
    public long Ticks => _ticks;

    /// <summary>Whole minutes since 0001-01-01T00:00:00Z, rounded down.</summary>
    public long Minute => _ticks / TimeSpan.TicksPerMinute;

    public static UtcTime FromTicks(long ticks) => new(ticks);

    public static UtcTime FromMinute(long minute) => new(minute * TimeSpan.TicksPerMinute);

    /// <summary>Whether it can be stored and named: beyond the years 1 to 9999 there are no dates, and the first and the last instant are
    /// infinities to the server.</summary>
    public bool IsOnCalendar => _ticks >= TimeSpan.TicksPerDay && _ticks < DateTime.MaxValue.Ticks - TimeSpan.TicksPerDay;

    /// <exception cref="ArgumentException">The kind is not <see cref="DateTimeKind.Utc"/>.</exception>
    public static UtcTime From(DateTime utc) =>
        utc.Kind == DateTimeKind.Utc
            ? new(utc.Ticks)
            : throw new ArgumentException($"A {utc.Kind} time has no place on the UTC line; convert it first.", nameof(utc));

    public static UtcTime From(DateTimeOffset time) => new(time.UtcTicks);

    public static UtcTime At(int year, int month, int day, int hour = 0, int minute = 0, int second = 0) =>
        new(new DateTime(year, month, day, hour, minute, second, DateTimeKind.Utc).Ticks);

    public DateTime ToDateTime() => new(_ticks, DateTimeKind.Utc);

    public DateTimeOffset ToDateTimeOffset() => new(_ticks, TimeSpan.Zero);

    /// <summary>Reads ISO-8601 with a zone (<c>2019-10-01T00:00:00Z</c>, <c>2019-10-01T02:00+02:00</c>); a time without zone is
    /// refused.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out UtcTime time)
    {
        time = default;
        text = text.Trim();
        if (text.Length < 11 || !BeginsWithIsoDate(text) || !HasZone(text))
        {
            return false;
        }

        if (!DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.None, out var parsed))
        {
            return false;
        }

        time = From(parsed);
        return true;
    }

    /// <exception cref="FormatException">Not ISO-8601 with a zone.</exception>
    public static UtcTime Parse(string text) =>
        TryParse(text, out var time)
            ? time
            : throw new FormatException($"'{text}' is not an ISO-8601 time with a zone; write it like 2019-10-01T00:00:00Z.");

    /// <summary>The last boundary of the timeframe's grid at or before this instant; grids are anchored at 00:00Z.</summary>
    public UtcTime Floor(Timeframe timeframe) => new(_ticks - (_ticks % timeframe.Ticks));

    /// <summary>The first boundary of the timeframe's grid at or after this instant.</summary>
    public UtcTime Ceiling(Timeframe timeframe)
    {
        var floor = Floor(timeframe);
        return floor == this ? this : floor + timeframe;
    }

    public bool IsOnGrid(Timeframe timeframe) => _ticks % timeframe.Ticks == 0;

    public int CompareTo(UtcTime other) => _ticks.CompareTo(other._ticks);

    public static UtcTime operator +(UtcTime time, TimeSpan span) => new(time._ticks + span.Ticks);

    public static UtcTime operator -(UtcTime time, TimeSpan span) => new(time._ticks - span.Ticks);

    public static UtcTime operator +(UtcTime time, Timeframe timeframe) => new(time._ticks + timeframe.Ticks);

    public static UtcTime operator -(UtcTime time, Timeframe timeframe) => new(time._ticks - timeframe.Ticks);

    public static TimeSpan operator -(UtcTime left, UtcTime right) => new(left._ticks - right._ticks);

    public static bool operator <(UtcTime left, UtcTime right) => left._ticks < right._ticks;

    public static bool operator >(UtcTime left, UtcTime right) => left._ticks > right._ticks;

    public static bool operator <=(UtcTime left, UtcTime right) => left._ticks <= right._ticks;

    public static bool operator >=(UtcTime left, UtcTime right) => left._ticks >= right._ticks;

    public static UtcTime Max(UtcTime left, UtcTime right) => left >= right ? left : right;

    public static UtcTime Min(UtcTime left, UtcTime right) => left <= right ? left : right;

    /// <summary>ISO-8601 with <c>Z</c>; fractions only where there are any.</summary>
    public override string ToString() =>
        ToDateTime()
            .ToString(
                _ticks % TimeSpan.TicksPerSecond == 0 ? "yyyy-MM-dd'T'HH:mm:ss'Z'" : "yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'",
                CultureInfo.InvariantCulture
            );

    // The framework's parser also takes 10/01/2019, which is January to one reader and October to the next.
    static bool BeginsWithIsoDate(ReadOnlySpan<char> text) =>
        text[4] == '-' && text[7] == '-' && char.IsAsciiDigit(text[0]) && char.IsAsciiDigit(text[3]);

    static bool HasZone(ReadOnlySpan<char> text)
    {
        if (text[^1] is 'Z' or 'z')
        {
            return text.IndexOfAny('T', 't', ' ') > 0;
        }

        var clock = text.IndexOfAny('T', 't', ' ');
        return clock > 0 && text[clock..].LastIndexOfAny('+', '-') > 0;
    }
}
