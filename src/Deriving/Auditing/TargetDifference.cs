using System.Collections.Immutable;
using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Time;
using DxyOrleans.Deriving.Due;

namespace DxyOrleans.Deriving.Auditing;

/// <summary>How a stored bar differs from what its inputs give.</summary>
public enum DifferenceKind
{
    /// <summary>The inputs give a bar and none is stored.</summary>
    Missing,

    /// <summary>A bar is stored with other values, or made from other inputs.</summary>
    Different,

    /// <summary>A bar is stored and its inputs are gone: it stands, and can't be judged.</summary>
    InputsGone,
}

/// <summary>One difference.</summary>
/// <param name="Time">The bar's open.</param>
/// <param name="Kind">How it differs.</param>
/// <param name="Expected">What the inputs give, null when nothing.</param>
/// <param name="Stored">What is stored, null when nothing.</param>
/// <param name="Raw">The stored row's provenance, JSON text; null when nothing is stored.</param>
public sealed record TargetDifference(UtcTime Time, DifferenceKind Kind, Bar? Expected, Bar? Stored, string? Raw = null);

/// <summary>The comparison of a range.</summary>
/// <param name="Compared">Bars that both the inputs give and the table holds.</param>
/// <param name="Differences">The differences, ascending.</param>
public sealed record TargetComparison(int Compared, IReadOnlyList<TargetDifference> Differences)
{
    /// <summary>Bars that can't be judged, or not wholly, because an input of theirs says nothing, with the reason.</summary>
    public ImmutableArray<Parked> Unfit { get; init; } = [];

    /// <summary>Bars that the inputs give and that the host deleted softly: they stay deleted.</summary>
    public int SoftDeleted { get; init; }
}
