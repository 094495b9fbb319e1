using Orleans.CodeGeneration;

namespace DxyOrleans.Abstractions;

/// <summary>
/// The second net, keyed by <see cref="Key"/>: compares inputs with outputs, records as due what no trigger told of, and counts it.
/// By reminder: the last two days hourly, all history in slices.
/// </summary>
[Alias("dxy.ISweepGrain")]
[Version(Contract.Version)]
public interface ISweepGrain : IGrainWithStringKey
{
    public const string Key = "sweep";

    /// <summary>Makes sure the reminder stands.</summary>
    [Alias("Connect")]
    Task ConnectAsync(CancellationToken cancellation = default);

    /// <summary>Sweeps the last two days and the next slice of history now; returns how many bars it found missed.</summary>
    [Alias("Sweep")]
    Task<int> SweepAsync(CancellationToken cancellation = default);
}
