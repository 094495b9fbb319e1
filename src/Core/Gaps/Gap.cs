using System.Collections.Immutable;
using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Time;

namespace DxyOrleans.Core.Gaps;

/// <summary>Market minutes, one after the other, for which a series has no bar, all for the same reason.</summary>
/// <param name="Range">The missing minutes, <c>[from, to)</c>; it never reaches over a closed market.</param>
/// <param name="Missing">The components that were missing too, in the basket's order; empty when none was, or for a series that is no
/// index.</param>
public sealed record Gap(TimeRange Range, ImmutableArray<Symbol> Missing)
{
    /// <summary>What stands in the first of the minutes and is no bar, such as <c>EURUSD: close is NaN</c>; empty where nothing stands
    /// there.</summary>
    public ImmutableArray<string> Unfit { get; init; } = [];

    /// <summary>How many market minutes are missing.</summary>
    public int Minutes => (int)(Range.Length.Ticks / TimeSpan.TicksPerMinute);
}
