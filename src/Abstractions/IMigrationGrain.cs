using Orleans.CodeGeneration;

namespace DxyOrleans.Abstractions;

/// <summary>
/// One migration, keyed by its run's name. It keeps nothing that the tables don't have: a call takes the run further, from wherever it
/// stands. Its reminder goes on with a run whose silo died.
/// </summary>
[Alias("dxy.IMigrationGrain")]
[Version(Contract.Version)]
public interface IMigrationGrain : IGrainWithStringKey
{
    /// <summary>Works on the run for a bounded time; whether there is more to be done at once.</summary>
    [Alias("Work")]
    Task<bool> WorkAsync(CancellationToken cancellation = default);
}
