using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Time;

namespace DxyOrleans.Bars;

/// <summary>A bar as it stands in a table.</summary>
/// <param name="Bar">The bar.</param>
/// <param name="Source">Who wrote it.</param>
/// <param name="Raw">Its provenance, JSON text.</param>
/// <param name="CreatedAt">When the row was first written; null where the table doesn't say.</param>
/// <param name="UpdatedAt">When a business column or the recorded inputs last changed; null where the table doesn't say.</param>
public sealed record StoredBar(Bar Bar, string Source, string Raw, UtcTime? CreatedAt, UtcTime? UpdatedAt);
