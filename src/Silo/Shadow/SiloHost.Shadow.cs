using DxyOrleans.Silo.Shadow;

namespace DxyOrleans.Silo.Hosting;

/// <content>Puts in what a silo in shadow mode does.</content>
static partial class SiloHost
{
    static partial void AddShadow(IServiceCollection services, ref bool added)
    {
        services.AddSingleton<ShadowWorker>();
        services.AddHostedService(provider => provider.GetRequiredService<ShadowWorker>());
        services.AddHealthChecks().AddCheck<ShadowHealthCheck>("shadow", tags: ["ready"]);
        added = true;
    }
}
