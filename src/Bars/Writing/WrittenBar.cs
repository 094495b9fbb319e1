using System.Collections.Immutable;
using DxyOrleans.Core.Bars;

namespace DxyOrleans.Bars.Writing;

/// <summary>What became of one bar.</summary>
/// <param name="Bar">The bar.</param>
/// <param name="Outcome">What became of it.</param>
/// <param name="Reason">Why the database refused it, for <see cref="BarOutcome.Refused"/>.</param>
public readonly record struct WrittenBar(Bar Bar, BarOutcome Outcome, string? Reason = null)
{
    /// <summary>Index minutes derived from it in the same commit; null when none was.</summary>
    public ImmutableArray<Bar>? Derived { get; init; }
}
