using Orleans.CodeGeneration;

namespace DxyOrleans.Abstractions;

/// <summary>Runs one live feed for the whole cluster, keyed by the feed's name (<c>simulated</c>): one activation, wherever it
/// lives.</summary>
[Alias("dxy.IFeedGrain")]
[Version(Contract.Version)]
public interface IFeedGrain : IGrainWithStringKey
{
    /// <summary>Runs the feed from now on; asking again changes nothing.</summary>
    [Alias("Start")]
    Task StartAsync(CancellationToken cancellation = default);
}
