using DxyOrleans.Core.Bars;

namespace DxyOrleans.Bars;

/// <summary>A bar to be stored.</summary>
/// <param name="Bar">The bar.</param>
/// <param name="Raw">Its provenance as JSON text, null to leave what is stored.</param>
/// <param name="Completeness">How full its inputs were; a derived row is not replaced by one made from less.</param>
public readonly record struct BarRow(Bar Bar, string? Raw = null, int Completeness = 0);
