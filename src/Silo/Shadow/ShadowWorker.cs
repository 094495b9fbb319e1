using DxyOrleans.Grains.Background;
using DxyOrleans.Migration.Shadow;
using DxyOrleans.Migration.Views;
using DxyOrleans.Postgres;
using DxyOrleans.Silo.Configuration;
using Microsoft.Extensions.Options;
using Npgsql;

namespace DxyOrleans.Silo.Shadow;

/// <summary>Shadow mode: compares each second what has its turn by market time. Everything is read over connections that the server lets
/// write nothing.</summary>
public sealed partial class ShadowWorker(
    NpgsqlDataSource database,
    IOptions<SiloSettings> options,
    TimeProvider realTime,
    ILogger<ShadowWorker> logger
) : PollingService(Poll, realTime)
{
    static readonly TimeSpan Poll = TimeSpan.FromSeconds(1);

    readonly NpgsqlDataSource _results = Database.Open(options.Value.ShadowSettings);
    readonly ShadowComparison _comparison = new(database);

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

    public override async Task<PollOutcome> PollAsync(CancellationToken cancellation) =>
        await _comparison.CheckAsync(new ShadowStore(_results), options.Value.ShadowDays, cancellation) == 0
            ? PollOutcome.Idle
            : PollOutcome.More;

    public override void Dispose()
    {
        base.Dispose();
        _results.Dispose();
    }

    [LoggerMessage(2041, LogLevel.Warning, "Can't compare with what the host's programs write, goes on trying: {Reason}")]
    protected override partial void LogPollFailed(string reason);
}
