using System.Collections.Immutable;
using DxyOrleans.Core.Bars;
using Orleans.CodeGeneration;
using Orleans.Concurrency;

namespace DxyOrleans.Abstractions;

/// <summary>Owns one index, keyed <c>DXY</c>: its subscription to its components, the newest close of each, the newest derived
/// minute.</summary>
[Alias("dxy.IIndexGrain")]
[Version(Contract.Version)]
public interface IIndexGrain : IGrainWithStringKey
{
    /// <summary>A component stored bars. A hint: losing it costs a wait, never a bar.</summary>
    [AlwaysInterleave]
    [OneWay]
    [Alias("Nudge")]
    Task NudgeAsync([Immutable] ImmutableArray<Bar> bars);

    /// <summary>A component stored bars, and the index's minute was derived and committed with them. A hint like
    /// <see cref="NudgeAsync"/>.</summary>
    [AlwaysInterleave]
    [OneWay]
    [Alias("Rode")]
    Task MinuteCommittedAsync([Immutable] ImmutableArray<Bar> bars, [Immutable] Bar derived);

    /// <summary>A component was quoted. Of these an index that is sampled makes its forming minute; losing one costs a sample.</summary>
    [AlwaysInterleave]
    [OneWay]
    [Alias("Quote")]
    Task QuoteAsync(Series component, [Immutable] ImmutableArray<Quote> quotes);

    /// <summary>Tells an observer of each sample from now on. It is forgotten after five minutes: ask again before.</summary>
    [AlwaysInterleave]
    [Alias("Observe")]
    Task ObserveAsync(IIndexObserver observer, CancellationToken cancellation = default);

    [AlwaysInterleave]
    [Alias("StopObserving")]
    Task StopObservingAsync(IIndexObserver observer, CancellationToken cancellation = default);

    /// <summary>Works off what is due, for a bounded time; tells whether more is left.</summary>
    [Alias("Process")]
    Task<ProcessResult> ProcessAsync(CancellationToken cancellation = default);

    /// <summary>Subscribes to the components the registry names now. Called at a silo's start and when the registry changes.</summary>
    [Alias("Connect")]
    Task ConnectAsync(CancellationToken cancellation = default);

    [AlwaysInterleave]
    [Alias("State")]
    Task<IndexGrainState> StateAsync(CancellationToken cancellation = default);
}
