using DxyOrleans.Core.Bars;

namespace DxyOrleans.Core.Indexes;

/// <summary>A pair of the basket and the power its close is raised to; negative where the dollar is the pair's second currency.</summary>
public readonly record struct IndexComponent(Symbol Symbol, double Exponent);
