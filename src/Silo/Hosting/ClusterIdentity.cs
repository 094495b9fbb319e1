using DxyOrleans.Grains.Background;
using DxyOrleans.Membership;
using Microsoft.Extensions.Options;
using Npgsql;
using Orleans.Configuration;

namespace DxyOrleans.Silo.Hosting;

/// <summary>
/// Keeps two clusters from sharing a ServiceId: claims it before the silo starts, once more when the silo stands in the membership table
/// and before a reminder of it can fire, and looks from then on whether another cluster has taken it, which one may after a silence of this
/// cluster's.
/// </summary>
sealed partial class ClusterIdentity(
    [FromKeyedServices(OrleansOnPostgres.Connections)] NpgsqlDataSource database,
    IOptions<ClusterOptions> cluster,
    IHostApplicationLifetime host,
    TimeProvider realTime,
    ILogger<ClusterIdentity> logger
) : PollingService(Heartbeat.Every, realTime), ILifecycleParticipant<ISiloLifecycle>
{
    readonly ServiceClaim _claim = new(database, cluster.Value.ServiceId, cluster.Value.ClusterId);

    /// <summary>Why this silo may not run; null while it may.</summary>
    public string? Refusal { get; private set; }

    /// <summary>Claims the ServiceId; false where it can't be had, for the reason of <see cref="Refusal"/>.</summary>
    public async Task<bool> ClaimAsync(CancellationToken cancellation) => (Refusal = await _claim.TakeAsync(cancellation)) is null;

    public void Participate(ISiloLifecycle observer) =>
        observer.Subscribe(nameof(ClusterIdentity), ServiceLifecycleStage.ApplicationServices, async cancellation =>
        {
            if (!await ClaimAsync(cancellation))
            {
                throw new InvalidOperationException(Refusal);
            }
        });

    protected override TimeSpan FirstAfter => Heartbeat.Every;

    public override async Task<PollOutcome> PollAsync(CancellationToken cancellation)
    {
        if (await _claim.LostToAsync(cancellation) is not { } other)
        {
            return PollOutcome.Idle;
        }

        Refusal =
            $"cluster '{other}' took ServiceId '{cluster.Value.ServiceId}' over while no heartbeat came from "
            + $"'{cluster.Value.ClusterId}'; start one of the two alone, or give each a ServiceId of its own.";
        LogLost(Refusal);
        host.StopApplication();
        return PollOutcome.Finished;
    }

    // The database is away: nobody can take anything over meanwhile.
    protected override bool IsPassing(Exception fault) => fault is NpgsqlException or TimeoutException;

    [LoggerMessage(2031, LogLevel.Error, "This silo stops: {Reason}")]
    partial void LogLost(string reason);

    [LoggerMessage(2032, LogLevel.Debug, "Can't look whether another cluster took the ServiceId, goes on trying: {Reason}")]
    protected override partial void LogPollFailed(string reason);
}
