using DxyOrleans.Grains.Hosting;
using DxyOrleans.Schema.Registry;
using Orleans.Runtime.Placement;

namespace DxyOrleans.Grains.Placement;

/// <summary>
/// Chooses the silo by the family alone, so that whoever asks comes to the same one: of all silos the one at which a hash of family and
/// address is highest. When a silo goes, its families move and no other.
/// </summary>
public sealed class ColocateWithIndexDirector(RegistryCache registry) : IPlacementDirector
{
    public async Task<SiloAddress> OnAddActivation(PlacementStrategy strategy, PlacementTarget target, IPlacementContext context)
    {
        var silos = context.GetCompatibleSilos(target);
        var family = FamilyOf(target.GrainIdentity.Key.ToString()!, await registry.GetAsync(CancellationToken.None));
        return silos.Length == 1 ? silos[0] : silos.MaxBy(silo => (StableHash.ComputeHash($"{family}@{silo.Endpoint}"), silo))!;
    }

    /// <summary>The index that a grain belongs to, by its key (<c>DXY</c>, <c>EURUSD/1m</c>); of several the first by name, and a symbol
    /// that belongs to none is a family of its own.</summary>
    public static string FamilyOf(string key, SymbolRegistry registry)
    {
        var symbol = key.Split('/')[0];
        return registry
            .Indexes.Where(index => index.Components.Any(component => component.Symbol.Name == symbol))
            .Select(index => index.Symbol.Name)
            .Order(StringComparer.Ordinal)
            .FirstOrDefault(symbol);
    }
}
