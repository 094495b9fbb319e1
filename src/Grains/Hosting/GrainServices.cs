using System.Diagnostics.Metrics;
using DxyOrleans.Bars.Forming;
using DxyOrleans.Bars.Writing;
using DxyOrleans.Deriving.Due;
using DxyOrleans.Deriving.Inline;
using DxyOrleans.Deriving.Slices;
using DxyOrleans.Grains.Bars;
using DxyOrleans.Grains.Due;
using DxyOrleans.Grains.Feeds;
using DxyOrleans.Grains.Placement;
using DxyOrleans.Grains.Sweep;
using DxyOrleans.Grains.Telemetry;
using DxyOrleans.Schema.Registry;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Npgsql;
using Orleans.Configuration;
using Orleans.Serialization;

namespace DxyOrleans.Grains.Hosting;

/// <summary>What the grains need in a silo's container.</summary>
public static partial class GrainServices
{
    /// <summary>The name of the grain storage that subscriptions live in.</summary>
    public const string StateStorage = "dxy";

    /// <summary>The key of the data source that leads past a pooler; registered where there is such a way.</summary>
    public const string PastPooler = "past-pooler";

    // Of calls that wait for one grain; more are refused, so that a sender who doesn't wait for answers fills no memory.
    const int CallLimit = 1_000;

    /// <summary>Registers everything but the data source and Orleans itself.</summary>
    /// <param name="services">The silo's.</param>
    /// <param name="poll">Whether this silo looks for changes, due work and migrations by itself.</param>
    public static IServiceCollection AddDxyGrains(this IServiceCollection services, bool poll = true)
    {
        services.AddOptions<DerivingOptions>();
        services.AddOptions<BarGrainOptions>();
        services.AddOptions<FeedOptions>();
        services.AddOptions<PollerOptions>();
        services.AddOptions<SweepOptions>();
        services.Configure<SiloMessagingOptions>(messaging => messaging.MaxEnqueuedRequestsHardLimit = CallLimit);

        // Else a caller elsewhere is told that there is no codec for the fault, and not what it was.
        services.Configure<ExceptionSerializationOptions>(faults =>
            faults.SupportedNamespacePrefixes.UnionWith([nameof(DxyOrleans), nameof(Npgsql)])
        );
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<RegistryStore>();
        services.AddSingleton<RegistryCache>();
        services.AddPlacementDirector<ColocateWithIndex, ColocateWithIndexDirector>();
        services.AddSingleton<DueStore>();
        services.AddSingleton<FormingBarStore>();
        services.AddSingleton<SampledMinuteStore>();

        // Retries wait in real time: they are about the server, not the market.
        services.AddSingleton(provider => new BarStore(provider.GetRequiredService<NpgsqlDataSource>(), TimeProvider.System));
        services.AddSingleton(provider =>
        {
            var writer = new BarWriter(
                provider.GetRequiredService<BarStore>(),
                new InlineIndexes(() => provider.GetRequiredService<RegistryCache>().Current)
            );
            provider.GetRequiredService<Instruments>().Watch(writer);
            return writer;
        });
        services.AddSingleton(provider => new Instruments(
            provider.GetRequiredService<IMeterFactory>(),
            provider.GetRequiredKeyedService<TimeProvider>(TimeProviderNames.Grains)
        ));
        services.AddSingleton<FeedInstruments>();
        services.AddSingleton<BarTraces>();
        services.AddSingleton<BackgroundThrottle>();
        services.AddSingleton<ChangePoller>();
        if (poll)
        {
            services.AddHostedService(provider => provider.GetRequiredService<ChangePoller>());
            services.AddHostedService<BacklogWorker>();
            services.AddHostedService<FeedKeeper>();
        }

        AddMigrations(services, poll);
        return services;
    }

    // From the migration's own folder; with it the call is gone.
    static partial void AddMigrations(IServiceCollection services, bool poll);
}
