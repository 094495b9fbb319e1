using System.Net;
using System.Net.Sockets;

namespace DxyOrleans.Cluster.Tests.Harness;

/// <summary>The three ports of a silo on loopback.</summary>
public sealed record SiloPorts(int Silo, int Gateway, int Http)
{
    /// <summary>Ports that nobody listens on at this moment; the three are held together, so that they differ.</summary>
    public static SiloPorts Free()
    {
        var listeners = Enumerable.Range(0, 3).Select(_ => new TcpListener(IPAddress.Loopback, 0)).ToList();
        listeners.ForEach(listener => listener.Start());
        var ports = listeners.ConvertAll(listener => ((IPEndPoint)listener.LocalEndpoint).Port);
        listeners.ForEach(listener => listener.Dispose());
        return new SiloPorts(ports[0], ports[1], ports[2]);
    }
}
