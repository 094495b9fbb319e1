using System.Globalization;
using System.Net.Sockets;
using System.Text.RegularExpressions;

namespace DxyOrleans.Client.LocalCluster;

/// <summary>Whether anything listens where a database was: no login, no password.</summary>
internal static partial class DatabaseDoor
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <param name="database">As <c>user@host:port/name</c>; several hosts with commas between, or the folder of a socket. Null: not known,
    /// and taken to be there.</param>
    /// <param name="cancellation">Ends the asking.</param>
    public static async Task<bool> IsOpenAsync(string? database, CancellationToken cancellation)
    {
        if (database is null || Place().Match(database) is not { Success: true } place)
        {
            return true;
        }

        var port = int.Parse(place.Groups["port"].Value, CultureInfo.InvariantCulture);
        var asked = place.Groups["host"].Value.Split(',').Select(host => AnswersAsync(host, port, cancellation)).ToList();
        return (await Task.WhenAll(asked)).Any(open => open);
    }

    static async Task<bool> AnswersAsync(string host, int port, CancellationToken cancellation)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        end.CancelAfter(Patience);
        try
        {
            using var socket = host.StartsWith('/')
                ? new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified)
                : new Socket(SocketType.Stream, ProtocolType.Tcp);
            if (host.StartsWith('/'))
            {
                await socket.ConnectAsync(
                    new UnixDomainSocketEndPoint(Path.Combine(host, string.Create(CultureInfo.InvariantCulture, $".s.PGSQL.{port}"))),
                    end.Token
                );
                return true;
            }

            // One of several may bear a port of its own.
            var (name, own) =
                host.Split(':') is [var before, var after] && int.TryParse(after, CultureInfo.InvariantCulture, out var other)
                    ? (before, other)
                    : (host, port);
            await socket.ConnectAsync(name, own, end.Token);
            return true;
        }
        catch (Exception closed) when (closed is SocketException or OperationCanceledException && !cancellation.IsCancellationRequested)
        {
            return false;
        }
    }

    [GeneratedRegex(@"@(?<host>.+):(?<port>\d+)/[^/]*\z")]
    private static partial Regex Place();
}
