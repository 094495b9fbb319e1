using DxyOrleans.Core.Connections;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using Orleans.Configuration;
using Orleans.Connections.Security;
using Orleans.Runtime;

namespace DxyOrleans.Cluster.Tests.Harness;

/// <summary>A connected Orleans client of a cluster.</summary>
public sealed class GrainClient : IAsyncDisposable
{
    readonly IHost _host;

    GrainClient(IHost host) => _host = host;

    public IGrainFactory Grains => _host.Services.GetRequiredService<IClusterClient>();

    public static async Task<GrainClient> ConnectAsync(
        string connectionString,
        string cluster,
        TlsSettings? tls = null,
        CancellationToken cancellation = default
    )
    {
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Logging.ClearProviders();
        builder.UseOrleansClient(client =>
        {
            client.UseAdoNetClustering(clustering =>
            {
                clustering.Invariant = "Npgsql";
                clustering.ConnectionString = new NpgsqlConnectionStringBuilder(connectionString)
                {
                    SearchPath = "dxy_orleans",
                    MaxPoolSize = 2,
                }.ConnectionString;
            });
            client.Configure<ClusterOptions>(options => options.ClusterId = options.ServiceId = cluster);

            if (tls is not null)
            {
                var trust = new MutualTls(tls);
                client.UseTls(options =>
                {
                    options.LocalCertificate = trust.Own;
                    options.RemoteCertificateMode = options.ClientCertificateMode = RemoteCertificateMode.RequireCertificate;
                    options.RemoteCertificateValidation = (shown, _, _) => trust.Accepts(shown);
                    options.OnAuthenticateAsClient = (_, outgoing) => outgoing.TargetHost = MutualTls.AnyName;
                });
            }

            // Requests through a gateway that is killed are not failed by Orleans: they wait for this long, and up to a second more until a
            // client looks.
            client.Configure<ClientMessagingOptions>(options => options.ResponseTimeout = TimeSpan.FromSeconds(3.5));
            client.Configure<GatewayOptions>(options => options.GatewayListRefreshPeriod = TimeSpan.FromSeconds(1));
        });
        var host = builder.Build();
        try
        {
            using var either = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken, cancellation);
            await host.StartAsync(either.Token);
            return new GrainClient(host);
        }
        catch
        {
            host.Dispose();
            throw;
        }
    }

    /// <summary>The silo port of the silo that a grain lives on; null while it lives nowhere.</summary>
    public async Task<int?> PortOfAsync(IAddressable grain) =>
        (await Grains.GetGrain<IManagementGrain>(0).GetActivationAddress(grain))?.Endpoint.Port;

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync(CancellationToken.None);
        _host.Dispose();
    }
}
