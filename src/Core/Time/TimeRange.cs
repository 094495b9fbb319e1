namespace DxyOrleans.Core.Time;

/// <summary>A span of time, closed at <see cref="From"/> and open at <see cref="To"/>: <c>[From, To)</c>. May be empty, never
/// reversed.</summary>
public readonly record struct TimeRange
{
    /// <exception cref="ArgumentException"><paramref name="to"/> lies before <paramref name="from"/>.</exception>
    public TimeRange(UtcTime from, UtcTime to)
    {
        if (to < from)
        {
            throw new ArgumentException($"The range ends at {to}, before it begins at {from}.", nameof(to));
        }

        From = from;
        To = to;
    }

    public UtcTime From { get; }

    public UtcTime To { get; }

    public bool IsEmpty => From == To;

    public TimeSpan Length => To - From;

    public bool Contains(UtcTime time) => time >= From && time < To;

    public bool Overlaps(TimeRange other) => From < other.To && other.From < To;

    /// <summary>The part both ranges cover; empty, at this range's start, when they don't meet.</summary>
    public TimeRange Intersect(TimeRange other)
    {
        var from = UtcTime.Max(From, other.From);
        var to = UtcTime.Min(To, other.To);
        return from < to ? new TimeRange(from, to) : new TimeRange(From, From);
    }

    /// <summary>The smallest range on the timeframe's grid that covers this one.</summary>
    public TimeRange Widen(Timeframe timeframe) => new(From.Floor(timeframe), To.Ceiling(timeframe));

    public override string ToString() => $"[{From}, {To})";
}
