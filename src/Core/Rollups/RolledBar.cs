using DxyOrleans.Core.Bars;

namespace DxyOrleans.Core.Rollups;

/// <summary>A bucket folded from the smaller bars in it.</summary>
/// <param name="Bar">The folded bar.</param>
/// <param name="Inputs">How many final bars went in; at least 1.</param>
/// <param name="Expected">How many bars of the input timeframe an open market has in the bucket; 0 for one wholly in closed hours.</param>
public sealed record RolledBar(Bar Bar, int Inputs, int Expected);
