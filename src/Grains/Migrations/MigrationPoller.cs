using DxyOrleans.Abstractions;
using DxyOrleans.Grains.Background;
using DxyOrleans.Migration.Engine;
using Microsoft.Extensions.Logging;

namespace DxyOrleans.Grains.Migrations;

/// <summary>Looks twice a second, on every silo, whether a run has something to do, and has its grain do it: an order from a console needs
/// no way to a silo.</summary>
public sealed partial class MigrationPoller(RunQueue queue, IGrainFactory grains, TimeProvider realTime, ILogger<MigrationPoller> logger)
    : PollingService(Poll, realTime)
{
    static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(500);

    public override async Task<PollOutcome> PollAsync(CancellationToken cancellation) =>
        await queue.DueAsync(cancellation) is { } run && await grains.GetGrain<IMigrationGrain>(run).WorkAsync(cancellation)
            ? PollOutcome.More
            : PollOutcome.Idle;

    [LoggerMessage(1611, LogLevel.Warning, "Can't look after the migration, goes on trying: {Reason}")]
    protected override partial void LogPollFailed(string reason);
}
