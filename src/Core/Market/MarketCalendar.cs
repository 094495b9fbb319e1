using System.Collections.Immutable;
using DxyOrleans.Core.Time;

namespace DxyOrleans.Core.Market;

/// <summary>
/// When bars are expected, and when they may be: the rule of <see cref="FxWeek"/>, and over it the periods that a host has entered.
/// Gaps, coverage, freshness and a
/// migration's window count by it. What is derived doesn't depend on it: a bar outside the calendar is kept and derived from as any
/// other.
/// Immutable.
/// </summary>
public sealed class MarketCalendar
{
    readonly ImmutableArray<MarketPeriod> _periods;

    MarketCalendar(ImmutableArray<MarketPeriod> periods) => _periods = periods;

    /// <summary>The rule alone: the FX week, less Christmas Day and New Year's Day.</summary>
    public static MarketCalendar Rule { get; } = new([]);

    /// <summary>
    /// The calendar of one class of symbols: periods for all count first, the class's own over them, later ones over
    /// earlier ones.
    /// </summary>
    /// <param name="periods">Every period of the table.</param>
    /// <param name="symbolClass">The class, as the registry names it; null for a symbol that has none.</param>
    public static MarketCalendar Of(IEnumerable<MarketPeriod> periods, string? symbolClass)
    {
        var own = periods
            .Where(period =>
                period.SymbolClass is null || string.Equals(period.SymbolClass, symbolClass, StringComparison.OrdinalIgnoreCase)
            )
            .OrderBy(period => period.SymbolClass is not null)
            .ThenBy(period => period.Id)
            .ToImmutableArray();
        return own.IsEmpty ? Rule : new MarketCalendar(own);
    }

    /// <summary>The parts of the range in which each minute should have a bar, ascending; neighbours are one part.</summary>
    public IEnumerable<TimeRange> ExpectedRanges(TimeRange range) => Ranges(range, kind => kind is MarketPeriodKind.Open);

    /// <summary>The parts of the range in which there may be bars, ascending: the expected ones, and thin ones.</summary>
    public IEnumerable<TimeRange> OpenRanges(TimeRange range) =>
        Ranges(range, kind => kind is MarketPeriodKind.Open or MarketPeriodKind.Thin);

    /// <summary>How many whole minutes of the range should have a bar.</summary>
    public int ExpectedMinutes(TimeRange range) => (int)ExpectedRanges(range).Sum(part => part.Length.Ticks / TimeSpan.TicksPerMinute);

    /// <summary>Whether the minute that begins at or contains the instant should have a bar.</summary>
    public bool IsExpected(UtcTime time) => ExpectedRanges(Minute(time)).Any();

    /// <summary>Whether it may have one.</summary>
    public bool IsOpen(UtcTime time) => OpenRanges(Minute(time)).Any();

    /// <summary>How many of the minutes lie outside the calendar.</summary>
    /// <param name="minutes">Ascending, as <see cref="UtcTime.Minute"/>; those outside the range are left out.</param>
    /// <param name="range">Where to look.</param>
    public int Outside(IReadOnlyList<long> minutes, TimeRange range)
    {
        var inside = minutes.Count(minute => range.Contains(UtcTime.FromMinute(minute)));
        var next = 0;
        foreach (var open in OpenRanges(range))
        {
            for (; next < minutes.Count && minutes[next] < open.From.Minute; next++) { }

            for (; next < minutes.Count && minutes[next] < open.To.Minute; next++)
            {
                inside--;
            }
        }

        return inside;
    }

    static TimeRange Minute(UtcTime time)
    {
        var minute = time.Floor(Timeframe.OneMinute);
        return new TimeRange(minute, minute + Timeframe.OneMinute);
    }

    IEnumerable<TimeRange> Ranges(TimeRange range, Func<MarketPeriodKind, bool> opens)
    {
        var parts = FxWeek.OpenRanges(range);
        foreach (var period in _periods)
        {
            if (range.Intersect(period.Range) is { IsEmpty: false } touched)
            {
                parts = Without(parts, touched, opens(period.Kind)).ToList();
            }
        }

        return parts;
    }

    // The parts less the stretch, or with it; neighbours are joined.
    static IEnumerable<TimeRange> Without(IEnumerable<TimeRange> parts, TimeRange stretch, bool opens)
    {
        var pieces = parts
            .SelectMany(part => new[] { Before(part, stretch.From), After(part, stretch.To) })
            .Append(opens ? stretch : new TimeRange(stretch.From, stretch.From))
            .Where(piece => !piece.IsEmpty)
            .OrderBy(piece => piece.From);
        TimeRange? pending = null;
        foreach (var piece in pieces)
        {
            if (pending is { } before && before.To == piece.From)
            {
                pending = new TimeRange(before.From, piece.To);
                continue;
            }

            if (pending is { } done)
            {
                yield return done;
            }

            pending = piece;
        }

        if (pending is { } last)
        {
            yield return last;
        }
    }

    static TimeRange Before(TimeRange part, UtcTime end) => new(part.From, UtcTime.Max(part.From, UtcTime.Min(part.To, end)));

    static TimeRange After(TimeRange part, UtcTime start) => new(UtcTime.Min(part.To, UtcTime.Max(part.From, start)), part.To);
}
