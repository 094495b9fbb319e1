using System.Net;
using System.Net.Sockets;
using Npgsql;

namespace DxyOrleans.Cluster.Tests.Harness;

/// <summary>
/// The way from a silo to its database, that can be cut: while it is, no byte passes in either direction and nobody is told, as when a
/// network drops its packets.
/// </summary>
public sealed class DatabaseWay : IAsyncDisposable
{
    readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    readonly CancellationTokenSource _ending = new();
    readonly int _port;
    readonly Task _accepting;
    TimeSpan _delay;
    volatile TaskCompletionSource _open = Opened();

    public DatabaseWay(string connectionString)
    {
        _port = new NpgsqlConnectionStringBuilder(connectionString).Port;
        _listener.Start();
        ConnectionString = new NpgsqlConnectionStringBuilder(connectionString)
        {
            Host = "127.0.0.1",
            Port = ((IPEndPoint)_listener.LocalEndpoint).Port,
        }.ConnectionString;
        _accepting = Task.Run(AcceptAsync);
    }

    /// <summary>The database by this way.</summary>
    public string ConnectionString { get; }

    public void Cut() => _open = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Mend() => _open.TrySetResult();

    /// <summary>Has each packet take so much longer, both ways.</summary>
    public void SlowDown(TimeSpan delay) => _delay = delay;

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        Mend();
        _listener.Stop();
        await _accepting;
        _ending.Dispose();
    }

    async Task AcceptAsync()
    {
        var connections = new List<Task>();
        try
        {
            while (true)
            {
                var near = await _listener.AcceptTcpClientAsync(_ending.Token);
                connections.Add(CarryAsync(near));
            }
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(connections);
        }
    }

    async Task CarryAsync(TcpClient near)
    {
        using var far = new TcpClient { NoDelay = true };
        near.NoDelay = true;
        using (near)
        {
            try
            {
                await _open.Task;
                await far.ConnectAsync(IPAddress.Loopback, _port, _ending.Token);
                await Task.WhenAny(PassAsync(near, far), PassAsync(far, near));
            }
            catch (Exception gone) when (gone is SocketException or OperationCanceledException)
            {
                // The server is away: the silo sees its connection closed.
            }
        }
    }

    async Task PassAsync(TcpClient from, TcpClient to)
    {
        var buffer = new byte[65536];
        try
        {
            while (await from.GetStream().ReadAsync(buffer, _ending.Token) is > 0 and var read)
            {
                await _open.Task;
                if (_delay > TimeSpan.Zero)
                {
                    await Task.Delay(_delay, TimeProvider.System, _ending.Token);
                }

                await to.GetStream().WriteAsync(buffer.AsMemory(0, read), _ending.Token);
            }
        }
        catch (Exception gone)
            when (gone
                    is IOException
                        or SocketException
                        or OperationCanceledException
                        or ObjectDisposedException
                        or InvalidOperationException
            )
        {
            // Either end has closed: so does the other.
        }
    }

    static TaskCompletionSource Opened()
    {
        var open = new TaskCompletionSource();
        open.SetResult();
        return open;
    }
}
