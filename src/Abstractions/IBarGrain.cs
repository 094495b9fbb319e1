using Orleans.CodeGeneration;
using Orleans.Concurrency;

namespace DxyOrleans.Abstractions;

/// <summary>
/// Owns the bar state of one series, keyed <c>EURUSD/1m</c>: the forming bar, the newest bars, the watermark, the subscribers.
/// Accepts bars and ticks and refuses what is not a bar of its series, row by row, saying why.
/// </summary>
[Alias("dxy.IBarGrain")]
[Version(Contract.Version)]
public interface IBarGrain : IGrainWithStringKey
{
    /// <summary>Stores final bars. Answers after the commit; calling again with the same bars changes nothing.</summary>
    [Alias("Publish")]
    Task<PublishResult> PublishAsync(PublishBars message, CancellationToken cancellation = default);

    /// <summary>Folds ticks into the forming minute. Answers when they are folded, before they are saved (saves come each
    /// second).</summary>
    [Alias("Tick")]
    Task<TickResult> TickAsync(PublishTicks message, CancellationToken cancellation = default);

    /// <summary>Tells the indexes that are sampled of ticks beside which final bars come: they build none.</summary>
    [Alias("Sample")]
    Task SampleAsync(PublishTicks message, CancellationToken cancellation = default);

    /// <summary>Makes an index told of this series' bars from now on, across restarts; asking again changes nothing.</summary>
    [Alias("Subscribe")]
    Task SubscribeAsync(string indexKey, CancellationToken cancellation = default);

    [Alias("Unsubscribe")]
    Task UnsubscribeAsync(string indexKey, CancellationToken cancellation = default);

    /// <summary>Saves what is forming and closes what has ended, as the timer does.</summary>
    [Alias("Settle")]
    Task SettleAsync(CancellationToken cancellation = default);

    [AlwaysInterleave]
    [Alias("State")]
    Task<BarGrainState> StateAsync(CancellationToken cancellation = default);
}
