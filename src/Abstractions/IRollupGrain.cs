using Orleans.CodeGeneration;
using Orleans.Concurrency;

namespace DxyOrleans.Abstractions;

/// <summary>Owns one rollup, keyed <c>DXY/5m</c>: its reminder and its due buckets. Each tick processes all that is due, not just the
/// newest.</summary>
[Alias("dxy.IRollupGrain")]
[Version(Contract.Version)]
public interface IRollupGrain : IGrainWithStringKey
{
    /// <summary>The 1m bars changed. A hint: losing it costs a wait, never a bar.</summary>
    [AlwaysInterleave]
    [OneWay]
    [Alias("Nudge")]
    Task NudgeAsync();

    /// <summary>Works off what is due, for a bounded time; tells whether more is left.</summary>
    [Alias("Process")]
    Task<ProcessResult> ProcessAsync(CancellationToken cancellation = default);

    /// <summary>Makes sure the reminder stands. Called at a silo's start and when the registry changes.</summary>
    [Alias("Connect")]
    Task ConnectAsync(CancellationToken cancellation = default);

    [AlwaysInterleave]
    [Alias("State")]
    Task<RollupGrainState> StateAsync(CancellationToken cancellation = default);
}
