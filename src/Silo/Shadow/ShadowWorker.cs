using DxyOrleans.Migration.Shadow;
using DxyOrleans.Migration.Views;
using DxyOrleans.Postgres;
using DxyOrleans.Silo.Configuration;
using Microsoft.Extensions.Options;
using Npgsql;

namespace DxyOrleans.Silo.Shadow;

/// <summary>Shadow mode: compares each second what has its turn by market time. Everything is read over connections that the server lets
/// write nothing.</summary>
public sealed partial class ShadowWorker(NpgsqlDataSource database, IOptions<SiloSettings> options, ILogger<ShadowWorker> logger)
    : BackgroundService
{
    static readonly TimeSpan Poll = TimeSpan.FromSeconds(1);

    /// <summary>Whether the last look succeeded.</summary>
    public bool IsPolling { get; private set; }

    /// <summary>Why the last look failed; null where it didn't, or there was none yet.</summary>
    public string? PollFailure { get; private set; }

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">The server would let this silo write.</exception>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        if (!await MigrationPlan.IsReadOnlyAsync(database, cancellationToken))
        {
            throw new InvalidOperationException(
                "Shadow mode needs connections that may only read, and this database lets them write; give the server's own address as "
                    + "DXY_DATABASE_DIRECT, not a transaction-mode pooler's."
            );
        }

        await base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await using var results = Database.Open(options.Value.ShadowSettings);
        var (comparison, store) = (new ShadowComparison(database), new ShadowStore(results));
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                var compared = await comparison.CheckAsync(store, options.Value.ShadowDays, stoppingToken);
                (IsPolling, PollFailure) = (true, null);
                if (compared == 0)
                {
                    await Task.Delay(Poll, TimeProvider.System, stoppingToken);
                }
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception fault)
            {
                // The database is away, or a row can't be read: tried again. The log limits what repeats.
                LogPollFailed(fault.Message);
                (IsPolling, PollFailure) = (false, fault.Message);
                await Task.Delay(Poll, TimeProvider.System, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    [LoggerMessage(2041, LogLevel.Warning, "Can't compare with what the host's programs write, goes on trying: {Reason}")]
    partial void LogPollFailed(string reason);
}
