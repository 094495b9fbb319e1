using DxyOrleans.Bars.Forming;
using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Time;

namespace DxyOrleans.Grains.Bars;

/// <summary>
/// The minutes of one series that ticks are building: normally one, two around a minute's end. Knows which are unsaved and which have
/// ended; does no I/O.
/// </summary>
sealed class FormingMinutes(Series series)
{
    readonly SortedDictionary<long, (SavedForming Saved, bool Dirty)> _minutes = [];

    public bool IsEmpty => _minutes.Count == 0;

    public bool AnyDirty => _minutes.Values.Any(minute => minute.Dirty);

    public IEnumerable<UtcTime> Times => _minutes.Values.Select(minute => minute.Saved.Bar.Time);

    /// <summary>The end of the earliest minute.</summary>
    public UtcTime? EarliestEnd => _minutes.Count > 0 ? _minutes.First().Value.Saved.Bar.End : null;

    /// <summary>The time of the latest tick folded into any of them.</summary>
    public UtcTime? LastTick => _minutes.Count > 0 ? _minutes.Values.Max(minute => minute.Saved.Bar.LastTick) : null;

    public IReadOnlyList<SavedForming> Dirty => [.. _minutes.Values.Where(minute => minute.Dirty).Select(minute => minute.Saved)];

    public void Restore(SavedForming saved) => _minutes[saved.Bar.Time.Minute] = (saved, false);

    public void Add(Quote quote, string source)
    {
        var minute = quote.Time.Floor(series.Timeframe).Minute;
        _minutes[minute] = _minutes.TryGetValue(minute, out var forming)
            ? (forming.Saved with { Bar = forming.Saved.Bar.Add(quote) }, true)
            : (new SavedForming(FormingBar.Begin(series, quote), source, 0), true);
    }

    /// <summary>Notes that a save went through.</summary>
    public void MarkSaved(SavedForming saved)
    {
        var minute = saved.Bar.Time.Minute;
        if (_minutes.TryGetValue(minute, out var forming))
        {
            _minutes[minute] = (forming.Saved with { Revision = saved.Revision + 1 }, forming.Saved.Bar != saved.Bar);
        }
    }

    /// <summary>The minutes whose end lies at or before the instant, ascending.</summary>
    public IReadOnlyList<SavedForming> EndedBy(UtcTime instant) =>
        [.. _minutes.Values.Where(minute => minute.Saved.Bar.End <= instant).Select(minute => minute.Saved)];

    public bool Remove(UtcTime time) => _minutes.Remove(time.Minute);
}
