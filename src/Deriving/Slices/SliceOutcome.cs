using System.Collections.Immutable;
using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Indexes;
using DxyOrleans.Core.Time;

namespace DxyOrleans.Deriving.Slices;

/// <summary>What one committed deriving transaction did.</summary>
public sealed record SliceOutcome
{
    /// <summary>Nothing was due.</summary>
    public static SliceOutcome Idle { get; } = new() { Window = null };

    /// <summary>The bars it was about, by their open; null when nothing was due.</summary>
    public required TimeRange? Window { get; init; }

    public int New { get; init; }

    public int Changed { get; init; }

    public int Equal { get; init; }

    /// <summary>Rows left standing because their inputs are gone.</summary>
    public int InputsGone { get; init; }

    public int Pruned { get; init; }

    /// <summary>Pieces of the work that could not be done: they are due still, and tried again later and later.</summary>
    public int Parked { get; init; }

    /// <summary>Why, of one of them.</summary>
    public string? Reason { get; init; }

    public ImmutableArray<SkipCause> Skipped { get; init; } = [];

    /// <summary>The newest bar the rule gave, null when none.</summary>
    public Bar? Newest { get; init; }

    /// <summary>What the same transaction did to larger rollups of the symbol.</summary>
    public ImmutableArray<(Series Target, SliceOutcome Outcome)> Coarser { get; init; } = [];

    public bool WroteAnything => New + Changed + Pruned > 0;
}
