using System.Collections.Immutable;
using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Indexes;
using DxyOrleans.Core.Time;

namespace DxyOrleans.Schema.Registry;

/// <summary>One symbol of the registry.</summary>
/// <param name="Symbol">Its name.</param>
/// <param name="AssetClass">As the host has it, e.g. <c>fx</c>.</param>
/// <param name="Description">For people.</param>
/// <param name="Active">Inactive symbols are neither derived nor rolled up.</param>
/// <param name="Rollups">The timeframes its 1m bars are rolled up to.</param>
/// <param name="Index">Its definition when it is an index, else null.</param>
/// <param name="Metadata">The row's metadata as it was read: what a deriving transaction compares to know that its definition still
/// holds.</param>
public sealed record RegistryEntry(
    Symbol Symbol,
    string? AssetClass,
    string? Description,
    bool Active,
    ImmutableArray<Timeframe> Rollups,
    IndexDefinition? Index,
    string Metadata
)
{
    /// <summary>How others spell it, beside the usual spellings; none where the metadata has no <c>spellings</c>.</summary>
    public ImmutableArray<string> Spellings { get; init; } = [];
}
