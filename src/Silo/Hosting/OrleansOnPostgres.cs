using System.Net;
using DxyOrleans.Grains.Hosting;
using DxyOrleans.Membership;
using DxyOrleans.Postgres;
using DxyOrleans.Silo.Configuration;
using Npgsql;
using Orleans.Configuration;
using Orleans.Versions.Compatibility;
using Orleans.Versions.Selector;

namespace DxyOrleans.Silo.Hosting;

/// <summary>Orleans with clustering, reminders and grain storage in the silo's database, over a few connections of their own: a heartbeat
/// never waits behind bars.</summary>
static class OrleansOnPostgres
{
    /// <summary>The key of the data source that Orleans' connections come from; they may write in shadow mode too.</summary>
    public const string Connections = "orleans";

    const string Invariant = "Npgsql";

    public static ISiloBuilder UsePostgres(this ISiloBuilder silo, SiloSettings options)
    {
        silo.Services.AddKeyedSingleton(Connections, (_, _) => Database.Open(options.OrleansSettings));
        silo.Services.AddSingleton(provider => new OrleansDataSource(provider.GetRequiredKeyedService<NpgsqlDataSource>(Connections)));
        silo.UseAdoNetClustering(clustering =>
            clustering.Configure<OrleansDataSource>((settings, source) => (settings.Invariant, settings.DataSource) = (Invariant, source))
        );
        silo.UseAdoNetReminderService(reminders =>
            reminders.Configure<OrleansDataSource>((settings, source) => (settings.Invariant, settings.DataSource) = (Invariant, source))
        );
        silo.AddAdoNetGrainStorage(GrainServices.StateStorage, storage =>
            storage.Configure<OrleansDataSource>(
                (settings, source) => (settings.Invariant, settings.DataSource, settings.DeleteStateOnClear) = (Invariant, source, true)
            )
        );

        silo.Configure<ClusterOptions>(cluster =>
        {
            // A shadow is a cluster of its own, so that it takes over no reminders and no grains from silos that write.
            var apart = options.Shadow ? "-shadow" : "";
            cluster.ClusterId = options.ClusterId + apart;
            cluster.ServiceId = options.ServiceId + apart;
        });
        if (options.Kubernetes)
        {
            silo.UseKubernetesHosting();
        }

        // Last, so that the silo listens at its own address alone.
        silo.ConfigureEndpoints(IPAddress.Parse(options.Address), options.SiloPort, options.GatewayPort, listenOnAnyHostAddress: false);
        if (options.Tls.IsOn)
        {
            silo.UseTls(options.Tls);
        }

        // A silo whose process is gone refuses each probe at once, so the time until it is declared dead is three times that between
        // probes: by ProbeTimeout while silos are new to each other, by MinProbeTimeout later. Short ones throw out no silo that is slow:
        // while a connection has brought anything within MaxProbeTimeout x 3 there is no vote, so that MaxProbeTimeout alone says when a
        // silo that hangs is dead. The heartbeat bounds how long rows of a cluster that was killed as a whole hold up its restart. A silo
        // that nobody reaches hears that it was declared dead from the table alone: until it looks, what lived on it lives twice.
        silo.Configure<ClusterMembershipOptions>(membership =>
        {
            membership.ProbeTimeout = TimeSpan.FromSeconds(1);
            membership.MinProbeTimeout = TimeSpan.FromSeconds(0.5);
            membership.MaxProbeTimeout = TimeSpan.FromSeconds(2.5);
            membership.TableRefreshTimeout = TimeSpan.FromSeconds(5);
            membership.IAmAliveTablePublishTimeout = Heartbeat.Every;
            membership.NumMissedTableIAmAliveLimit = Heartbeat.MaxMissed;

            // A silo's generation is the second in which it starts, by its own clock: one whose clock is an hour ahead would take the
            // others' for retired, and throw out whoever joins because his start seems long ago.
            membership.SiloGenerationRetirementAge = TimeSpan.FromDays(1);
            membership.EvictWhenMaxJoinAttemptTimeExceeded = false;
        });

        // While two builds meet, a grain that starts anew starts at the newer one: it serves callers of both, so that no grain moves for
        // its version twice.
        silo.Configure<GrainVersioningOptions>(versions =>
        {
            versions.DefaultCompatibilityStrategy = nameof(BackwardCompatible);
            versions.DefaultVersionSelectorStrategy = nameof(LatestVersion);
        });
        silo.Configure<SiloMessagingOptions>(messaging => messaging.ResponseTimeout = TimeSpan.FromSeconds(30));
        return silo;
    }
}
