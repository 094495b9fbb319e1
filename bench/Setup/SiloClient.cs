using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace DxyOrleans.Bench.Setup;

/// <summary>This process as an Orleans client of a silo's: what a feed outside the silo is.</summary>
internal sealed class SiloClient : IAsyncDisposable
{
    readonly IHost _host;

    private SiloClient(IHost host) => _host = host;

    public IGrainFactory Grains => _host.Services.GetRequiredService<IGrainFactory>();

    public static async Task<SiloClient> ConnectAsync(SiloProcess silo, CancellationToken cancellation)
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        builder.UseOrleansClient(orleans => orleans.UseLocalhostClustering(silo.GatewayPort, SiloProcess.ServiceId, silo.ClusterId));
        var host = builder.Build();
        await host.StartAsync(cancellation);
        return new SiloClient(host);
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
    }
}
