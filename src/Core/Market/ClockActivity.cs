using DxyOrleans.Core.Time;

namespace DxyOrleans.Core.Market;

/// <summary>In which half hours of its own clock a file has bars, whatever zone that clock may be in. A day takes a few dozen
/// bytes.</summary>
public sealed class ClockActivity
{
    public static readonly TimeSpan Slot = TimeSpan.FromMinutes(30);

    const int SlotsOfDay = 48;

    readonly Dictionary<long, ulong> _days = [];

    public bool IsEmpty => _days.Count == 0;

    /// <summary>The clock's first day and the day after its last, as if its times were UTC; only where there are any.</summary>
    public TimeRange Days =>
        new(UtcTime.FromTicks(_days.Keys.Min() * TimeSpan.TicksPerDay), UtcTime.FromTicks((_days.Keys.Max() + 1) * TimeSpan.TicksPerDay));

    /// <summary>Remembers a bar.</summary>
    /// <param name="local">Its open, as the file's clock has it.</param>
    /// <param name="length">How long it lasts.</param>
    public void Add(DateTime local, TimeSpan length)
    {
        var first = local.Ticks / Slot.Ticks;
        var last = (local.Ticks + length.Ticks - 1) / Slot.Ticks;
        for (var slot = first; slot <= last; slot++)
        {
            var day = slot / SlotsOfDay;
            _days[day] = _days.GetValueOrDefault(day) | (1UL << (int)(slot % SlotsOfDay));
        }
    }

    /// <summary>Whether there are bars in the half hour so many after the one that a local time lies in.</summary>
    internal bool IsActive(DateTime local, int slots)
    {
        var slot = (local.Ticks / Slot.Ticks) + slots;
        return slot >= 0 && (_days.GetValueOrDefault(slot / SlotsOfDay) & (1UL << (int)(slot % SlotsOfDay))) != 0;
    }
}
