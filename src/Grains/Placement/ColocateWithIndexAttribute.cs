using Orleans.Placement;

namespace DxyOrleans.Grains.Placement;

/// <summary>
/// Keeps an index and the bars of its components on one silo: they call each other each minute, and only a silo that stored all components
/// can let the index's minute ride the last one's commit. Families are spread over the silos.
/// </summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class ColocateWithIndexAttribute() : PlacementAttribute(new ColocateWithIndex());

/// <summary>See <see cref="ColocateWithIndexAttribute"/>.</summary>
[GenerateSerializer, Immutable, Alias("dxy.BesideIndex")]
public sealed class ColocateWithIndex : PlacementStrategy;
