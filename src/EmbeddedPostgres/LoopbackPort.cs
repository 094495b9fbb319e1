using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace DxyOrleans.EmbeddedPostgres;

/// <summary>Ports on 127.0.0.1.</summary>
internal static class LoopbackPort
{
    // Below the range that systems hand out to outgoing connections, so that the port is still free at the next start.
    private const int Lowest = 20_000;
    private const int Highest = 30_000;

    public static bool IsFree(int port)
    {
        using var listener = new TcpListener(IPAddress.Loopback, port);
        try
        {
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    public static int Free()
    {
        for (var attempt = 0; attempt < 1_000; attempt++)
        {
            var port = RandomNumberGenerator.GetInt32(Lowest, Highest);
            if (IsFree(port))
                return port;
        }

        throw new EmbeddedServerException($"No free port between {Lowest} and {Highest} on 127.0.0.1; name one yourself.");
    }
}
