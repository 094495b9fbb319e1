using System.Globalization;
using System.Net;
using System.Net.Sockets;
using DxyOrleans.Silo.Configuration;

namespace DxyOrleans.Silo.Hosting;

/// <summary>Which of a silo's ports another program has, where that is why it can't start.</summary>
static class PortFault
{
    /// <returns>A line with the setting's name; null where the fault is about something else.</returns>
    public static string? Of(Exception fault, SiloSettings options)
    {
        if (
            !Causes(fault)
                .OfType<SocketException>()
                .Any(cause => cause.SocketErrorCode is SocketError.AddressAlreadyInUse or SocketError.AddressNotAvailable)
        )
        {
            return null;
        }

        foreach (
            var (name, address, port) in ((string, string, int)[])
                [
                    (nameof(options.SiloPort), options.Address, options.SiloPort),
                    (nameof(options.GatewayPort), options.Address, options.GatewayPort),
                    (nameof(options.HttpPort), options.HttpAddress, options.HttpPort),
                ]
        )
        {
            try
            {
                using var listener = new TcpListener(IPAddress.Parse(address), port);
                listener.Start();
            }
            catch (SocketException cause) when (cause.SocketErrorCode == SocketError.AddressAlreadyInUse)
            {
                return string.Create(
                    CultureInfo.InvariantCulture,
                    $"port {port} at {address} is taken by another program; set {name} to a free one."
                );
            }
            catch (SocketException cause)
            {
                return $"{(name == nameof(options.HttpPort) ? nameof(options.HttpAddress) : nameof(options.Address))} is {address}, "
                    + $"where this machine can't listen: {cause.Message}";
            }
        }

        // Whoever had it is gone by now.
        return "one of its ports is taken by another program; set SiloPort, GatewayPort and HttpPort to free ones.";
    }

    static IEnumerable<Exception> Causes(Exception fault)
    {
        var inner =
            fault is AggregateException many ? many.InnerExceptions
            : fault.InnerException is { } one ? [one]
            : (IEnumerable<Exception>)[];
        return inner.SelectMany(Causes).Prepend(fault);
    }
}
