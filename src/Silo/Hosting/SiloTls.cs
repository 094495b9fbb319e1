using DxyOrleans.Abstractions.Connections;
using DxyOrleans.Core.Connections;
using Orleans.Configuration;

namespace DxyOrleans.Silo.Hosting;

/// <summary>TLS on a silo's and its gateway's port, and towards other silos.</summary>
static class SiloTls
{
    public static void UseTls(this ISiloBuilder silo, TlsSettings settings)
    {
        var tls = new TlsMiddleware(settings);
        silo.Configure<SiloConnectionOptions>(connections =>
        {
            connections.ConfigureSiloInboundConnection(tls.UseOnIncoming);
            connections.ConfigureGatewayInboundConnection(tls.UseOnIncoming);
            connections.ConfigureSiloOutboundConnection(tls.UseOnOutgoing);
        });
    }
}
