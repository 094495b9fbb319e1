using System.Collections.Immutable;
using DxyOrleans.Bars;
using DxyOrleans.Core.Indexes;
using DxyOrleans.Deriving.Due;

namespace DxyOrleans.Deriving.Rules;

/// <summary>What a rule gives for a range: the rows, and for an index the minutes that gave none.</summary>
public sealed record Derived(IReadOnlyList<BarRow> Rows, ImmutableArray<SkipCause> Skipped)
{
    /// <summary>Bars of the window that depend on inputs nobody can tell which are right.</summary>
    public ImmutableArray<Parked> Parked { get; init; } = [];
}
