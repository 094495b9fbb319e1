using DxyOrleans.Core.Time;
using DxyOrleans.Deriving.Slices;
using DxyOrleans.Grains.Bars;
using DxyOrleans.Grains.Due;
using DxyOrleans.Grains.Hosting;
using DxyOrleans.Grains.Sweep;
using DxyOrleans.Postgres;
using DxyOrleans.Silo.Configuration;
using DxyOrleans.Silo.Health;
using DxyOrleans.Silo.Telemetry;
using DxyOrleans.Web;
using Microsoft.Extensions.Options;
using Orleans.Dashboard;

namespace DxyOrleans.Silo.Hosting;

/// <summary>One generation of the silo: Orleans, our services, health and dashboard.</summary>
static partial class SiloHost
{
    // From this rate on a minute is so short that its ticks would only be work.
    const double BarsAbove = 30;

    /// <summary>Builds it; nothing runs yet.</summary>
    /// <param name="builder">With the settings' sources read.</param>
    /// <param name="options">The settings, found good.</param>
    /// <param name="clock">Market time where it isn't the real clock.</param>
    public static WebApplication Build(WebApplicationBuilder builder, SiloSettings options, MarketClock? clock)
    {
        builder.Logging.AddSiloLog();
        builder.Services.AddSingleton<IValidateOptions<SiloSettings>, SiloSettingsValidator>();
        builder.Services.AddOptions<SiloSettings>().Bind(builder.Configuration).ValidateOnStart();
        builder.AddHttpGuard(options);
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(20));
        // Before our own services: what is registered later starts later and stops earlier, so the pump looks only while the silo is in the
        // cluster.
        builder.UseOrleans(silo =>
        {
            silo.UsePostgres(options).UseMarketTime(clock).AddActivityPropagation();
            if (options.Dashboard)
            {
                silo.AddDashboard();
            }
        });

        AddOwn(builder.Services, options, clock);
        builder.Services.AddSiloTelemetry(options);
        var app = builder.Build();
        app.UseHttpGuard();
        app.MapHealthChecks("/health/live", new() { Predicate = _ => false });
        app.MapHealthChecks(
            "/health/ready",
            new() { Predicate = check => check.Tags.Contains("ready"), ResponseWriter = HealthText.WriteAsync }
        );
        if (options.Metrics)
        {
            app.UseMetricsPage();
        }

        app.MapDxyWeb();
        if (options.Dashboard)
        {
            app.UseDashboardOnDemand();
        }

        MarketTime.Require(app.Services, clock, app.Logger);
        return app;
    }

    static void AddOwn(IServiceCollection services, SiloSettings options, MarketClock? clock)
    {
        var bars = options.Simulation.Bars ?? clock?.Rate > BarsAbove;
        // In shadow mode the server itself refuses every write of ours; only the results and Orleans' tables have connections that may
        // write.
        services.AddSingleton(_ =>
            Database.Open(
                (
                    options.Shadow && options.DirectSettings is { } past
                        ? past with
                        {
                            PoolSize = options.DatabaseSettings.PoolSize,
                        }
                        : options.DatabaseSettings
                ) with
                {
                    ReadOnly = options.Shadow,
                }
            )
        );
        if (options.DirectSettings is { } direct)
        {
            services.AddKeyedSingleton(GrainServices.PastPooler, (_, _) => Database.Open(direct));
        }

        // Readers take a quarter of the connections at most, and the live path has the rest.
        services.AddDxyWeb(new WebOptions { Reads = Math.Max(1, options.DatabaseSettings.PoolSize / 4), Grace = options.Grace });
        services.AddDxyGrains(poll: !options.Shadow);
        services.AddSingleton(
            Options.Create(
                new DerivingOptions
                {
                    Grace = options.Grace,
                    CorrectionWindow = options.CorrectionWindow,
                    SampleEvery = options.SampleEvery,
                }
            )
        );
        services.AddSingleton(Options.Create(new PollerOptions { Poll = options.Poll }));
        services.AddSingleton(Options.Create(new SweepOptions { KeepDays = options.KeepDays }));
        services.AddSingleton(Options.Create(new BarGrainOptions { Shadow = options.Shadow }));
        services.AddSingleton(Options.Create(FeedChoice.Of(options, bars)));
        services.AddSingleton<ClusterIdentity>();
        services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>>(provider => provider.GetRequiredService<ClusterIdentity>());
        services.AddHostedService(provider => provider.GetRequiredService<ClusterIdentity>());
        services.AddSingleton<RestartWatch>();
        if (!options.Shadow)
        {
            // A shadow is asked to restart by nobody, and may not take the request back.
            services.AddHostedService(provider => provider.GetRequiredService<RestartWatch>());
        }

        services.AddHostedService<StopDeadline>();
        if (!options.Shadow)
        {
            services.AddHealthChecks().AddCheck<PollerHealthCheck>("pump", tags: ["ready"]);
            return;
        }

        var added = false;
        AddShadow(services, ref added);
        if (!added)
        {
            throw new InvalidOperationException(
                "Shadow is true, and this silo was built without the migration's comparison; leave it out."
            );
        }
    }

    // From shadow mode's own folder; with it the call is gone.
    static partial void AddShadow(IServiceCollection services, ref bool added);
}
