using DxyOrleans.Abstractions;
using DxyOrleans.Feeds;
using DxyOrleans.Grains.Background;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace DxyOrleans.Grains.Feeds;

/// <summary>Sees to it, on every silo, that the cluster's feed runs: asks it each other second. When the silo that held it has died, the
/// first to ask after the cluster knows has it.</summary>
public sealed partial class FeedKeeper(
    IGrainFactory grains,
    IOptions<FeedOptions> options,
    TimeProvider realTime,
    ILogger<FeedKeeper> logger
) : PollingService(Every, realTime)
{
    static readonly TimeSpan Every = TimeSpan.FromSeconds(2);

    protected override bool IsEnabled => options.Value.Name != FeedCatalog.None;

    public override async Task<PollOutcome> PollAsync(CancellationToken cancellation)
    {
        await grains.GetGrain<IFeedGrain>(options.Value.Name).StartAsync(cancellation);
        return PollOutcome.Idle;
    }

    [LoggerMessage(1412, LogLevel.Warning, "Can't tell whether the feed runs, goes on asking: {Reason}")]
    protected override partial void LogPollFailed(string reason);
}
