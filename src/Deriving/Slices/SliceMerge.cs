using System.Collections.Immutable;
using DxyOrleans.Bars;
using DxyOrleans.Bars.Writing;
using DxyOrleans.Core.Time;
using DxyOrleans.Deriving.Due;

namespace DxyOrleans.Deriving.Slices;

/// <summary>What is to be written of a slice.</summary>
/// <param name="Rows">The bars.</param>
/// <param name="Kept">Their opens and those of others that are not to be removed, ascending where there may be strays.</param>
/// <param name="Parked">What can't be derived.</param>
sealed record SliceMerge(IReadOnlyList<BarRow> Rows, DateTime[] Kept, ImmutableArray<Parked> Parked)
{
    /// <summary>Whether the rows take the place of bars made from more.</summary>
    public bool IsAnew { get; init; }

    /// <summary>Bars to be removed, by their opens.</summary>
    public IReadOnlyList<UtcTime> Retire { get; init; } = [];

    /// <summary>Whether bars may be stored in the window for which the rule gives none.</summary>
    public bool MayHaveStrays { get; init; }
}

/// <summary>What was written.</summary>
/// <param name="Outcomes">Of each row.</param>
/// <param name="Pruned">How many bars were removed.</param>
/// <param name="Retired">Opens of bars that were to be removed, and stand in no table any more.</param>
sealed record SliceMerged(IReadOnlyList<BarOutcome> Outcomes, int Pruned, DateTime[] Retired);
