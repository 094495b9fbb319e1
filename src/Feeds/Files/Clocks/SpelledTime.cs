using System.Buffers.Text;

namespace DxyOrleans.Feeds.Files.Clocks;

/// <summary>A time as a row writes it: an instant in UTC where the row says its zone, else a local time whose zone has to be known from
/// elsewhere.</summary>
readonly record struct SpelledTime(DateTime Value, bool HasZone)
{
    // 1971 and 2262 in seconds; what is less or more was written in another unit.
    const long Earliest = 31_536_000;
    const long Latest = 9_214_646_400;

    static readonly (TimeSpellings Spelling, long PerSecond)[] Units =
    [
        (TimeSpellings.Nanoseconds, 1_000_000_000),
        (TimeSpellings.Milliseconds, 1000),
        (TimeSpellings.Seconds, 1),
        (TimeSpellings.Microseconds, 1_000_000),
    ];

    public static bool TryRead(ReadOnlySpan<byte> text, TimeSpellings spellings, out SpelledTime time)
    {
        // What our own files have, and most others: 2019-10-01T00:00:00Z.
        if (
            text.Length == 20
            && (spellings & TimeSpellings.YearFirst) != 0
            && text[19] == 'Z'
            && text[4] == '-'
            && text[7] == '-'
            && text[10] == 'T'
            && text[13] == ':'
            && text[16] == ':'
            && FieldReader.TryDateTime(
                FieldReader.Digits(text, 0, 4),
                FieldReader.Digits(text, 5, 2),
                FieldReader.Digits(text, 8, 2),
                FieldReader.Digits(text, 11, 2),
                FieldReader.Digits(text, 14, 2),
                FieldReader.Digits(text, 17, 2),
                out var utc
            )
        )
        {
            time = new SpelledTime(utc, true);
            return true;
        }

        if ((spellings & TimeSpellings.AnyUnix) != 0 && !IsCalendar(text, spellings) && TryUnix(text, spellings, out time))
        {
            return true;
        }

        time = default;
        return ((spellings & TimeSpellings.YearFirst) != 0 && new TimeText(text).TryRead(DateOrder.YearFirst, out time))
            || (
                (
                    (spellings & TimeSpellings.DayFirst) != 0
                    || ((spellings & TimeSpellings.DottedDayFirst) != 0 && text.Length > 2 && text[2] == '.')
                ) && new TimeText(text).TryRead(DateOrder.DayFirst, out time)
            )
            || (
                (
                    ((spellings & TimeSpellings.JoinedMinute) != 0 && text.Length == 12)
                    || ((spellings & TimeSpellings.JoinedStamp) != 0 && text.Length is 15 or 18 && text[8] == ' ')
                ) && new TimeText(text).TryRead(DateOrder.YearFirst, out time)
            )
            || ((spellings & TimeSpellings.MonthFirstUtc) != 0 && TryMonthFirst(text, out time));
    }

    /// <summary>The milliseconds since the day began, less than a day.</summary>
    public static bool TryOfDay(ReadOnlySpan<byte> text, out int milliseconds) =>
        Utf8Parser.TryParse(text, out milliseconds, out var used)
        && used == text.Length
        && milliseconds >= 0
        && milliseconds < TimeSpan.MillisecondsPerDay;

    static bool TryMonthFirst(ReadOnlySpan<byte> text, out SpelledTime time)
    {
        var read = text.Length > 2 && text[2] == '/' && new TimeText(text).TryRead(DateOrder.MonthFirst, out time) ? time : default;
        time = read with { HasZone = true };
        return read.Value != default;
    }

    // 201202010000 is a minute of 2012, and no Unix time of the years in which there are minutes of FX.
    static bool IsCalendar(ReadOnlySpan<byte> text, TimeSpellings spellings) =>
        text.Length == 12 && (spellings & TimeSpellings.YearFirst) != 0 && new TimeText(text).TryRead(DateOrder.YearFirst, out _);

    static bool TryUnix(ReadOnlySpan<byte> text, TimeSpellings spellings, out SpelledTime time)
    {
        time = default;
        if (!Utf8Parser.TryParse(text, out long number, out var used) || !IsZeroFraction(text[used..]))
        {
            return false;
        }

        foreach (var (spelling, perSecond) in Units)
        {
            if ((spellings & spelling) != 0 && number / perSecond is >= Earliest and < Latest)
            {
                var ticks =
                    perSecond > TimeSpan.TicksPerSecond
                        ? number / (perSecond / TimeSpan.TicksPerSecond)
                        : number * (TimeSpan.TicksPerSecond / perSecond);
                time = new SpelledTime(DateTime.UnixEpoch.AddTicks(ticks), true);
                return true;
            }
        }

        return false;
    }

    // A column of whole numbers that went through a column of fractions: 1569888000.0
    static bool IsZeroFraction(ReadOnlySpan<byte> text) =>
        text.IsEmpty || (text[0] == '.' && text.Length > 1 && text[1..].IndexOfAnyExcept((byte)'0') < 0);
}
