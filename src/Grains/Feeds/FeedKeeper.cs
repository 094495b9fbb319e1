using DxyOrleans.Abstractions;
using DxyOrleans.Feeds;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace DxyOrleans.Grains.Feeds;

/// <summary>
/// Sees to it, on every silo, that the cluster's feed runs: asks it each other second. When the silo that held it has died, the first to
/// ask after the cluster
/// knows has it.
/// </summary>
public sealed partial class FeedKeeper(IGrainFactory grains, IOptions<FeedOptions> options, ILogger<FeedKeeper> logger) : BackgroundService
{
    static readonly TimeSpan Every = TimeSpan.FromSeconds(2);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (options.Value.Name == FeedCatalog.None)
        {
            return;
        }

        using var timer = new PeriodicTimer(Every);
        try
        {
            do
            {
                try
                {
                    await grains.GetGrain<IFeedGrain>(options.Value.Name).StartAsync(stoppingToken);
                }
                catch (Exception fault) when (!stoppingToken.IsCancellationRequested)
                {
                    LogUnknown(fault.Message);
                }
            } while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The silo stops.
        }
    }

    [LoggerMessage(1412, LogLevel.Warning, "Can't tell whether the feed runs, goes on asking: {Reason}")]
    partial void LogUnknown(string reason);
}
