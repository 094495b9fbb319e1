namespace DxyOrleans.Core.Time;

/// <summary>
/// The length of a bar. A bar of timeframe <c>t</c> is named by its open, lies on the grid of multiples of <c>t</c> counted from 00:00Z,
/// and covers <c>[open, open + t)</c>. Only lengths that divide a day exist, so that the grid is the same every day.
/// </summary>
public readonly record struct Timeframe : IComparable<Timeframe>
{
    static readonly (string Name, int Minutes)[] Known =
    [
        ("1m", 1),
        ("5m", 5),
        ("15m", 15),
        ("30m", 30),
        ("1h", 60),
        ("4h", 240),
        ("1d", 1440),
    ];

    private readonly int _minutesLessOne;

    private Timeframe(int minutes) => _minutesLessOne = minutes - 1;

    public static Timeframe OneMinute => new(1);

    public static Timeframe FiveMinutes => new(5);

    public static Timeframe OneHour => new(60);

    public static Timeframe OneDay => new(1440);

    /// <summary>Every timeframe there is, shortest first.</summary>
    public static IEnumerable<Timeframe> All => Known.Select(known => new Timeframe(known.Minutes));

    /// <summary>Length in minutes, 1 to 1440. <c>default</c> is one minute.</summary>
    public int Minutes => _minutesLessOne + 1;

    public long Ticks => Minutes * TimeSpan.TicksPerMinute;

    public TimeSpan Length => new(Ticks);

    public static bool TryParse(string? text, out Timeframe timeframe)
    {
        foreach (var (name, minutes) in Known)
        {
            if (name == text)
            {
                timeframe = new Timeframe(minutes);
                return true;
            }
        }

        timeframe = default;
        return false;
    }

    /// <exception cref="FormatException">Not one of the timeframes there are.</exception>
    public static Timeframe Parse(string text) =>
        TryParse(text, out var timeframe)
            ? timeframe
            : throw new FormatException($"'{text}' is not a timeframe; there are {string.Join(", ", Known.Select(known => known.Name))}.");

    public int CompareTo(Timeframe other) => Minutes.CompareTo(other.Minutes);

    public static bool operator <(Timeframe left, Timeframe right) => left.Minutes < right.Minutes;

    public static bool operator >(Timeframe left, Timeframe right) => left.Minutes > right.Minutes;

    public static bool operator <=(Timeframe left, Timeframe right) => left.Minutes <= right.Minutes;

    public static bool operator >=(Timeframe left, Timeframe right) => left.Minutes >= right.Minutes;

    public override string ToString()
    {
        foreach (var (name, minutes) in Known)
        {
            if (minutes == Minutes)
            {
                return name;
            }
        }

        throw new InvalidOperationException("A timeframe of a length that does not exist can't be constructed.");
    }
}
