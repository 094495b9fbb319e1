using DxyOrleans.Abstractions;
using DxyOrleans.Migration.Engine;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace DxyOrleans.Grains.Migrations;

/// <summary>Looks twice a second, on every silo, whether a run has something to do, and has its grain do it: an order from a console needs
/// no way to a silo.</summary>
public sealed partial class MigrationPoller(RunQueue queue, IGrainFactory grains, ILogger<MigrationPoller> logger) : BackgroundService
{
    static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(500);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Poll);
        while (await WaitAsync(timer, stoppingToken))
        {
            try
            {
                if (await queue.DueAsync(stoppingToken) is { } run)
                {
                    while (await grains.GetGrain<IMigrationGrain>(run).WorkAsync(stoppingToken)) { }
                }
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception fault)
            {
                // The database is away or the cluster is changing; the run stands in the table. The log limits what repeats.
                LogPollFailed(fault.Message);
            }
        }
    }

    static async Task<bool> WaitAsync(PeriodicTimer timer, CancellationToken stopping)
    {
        try
        {
            return await timer.WaitForNextTickAsync(stopping);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    [LoggerMessage(1611, LogLevel.Warning, "Can't look after the migration, goes on trying: {Reason}")]
    partial void LogPollFailed(string reason);
}
