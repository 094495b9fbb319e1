using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace DxyOrleans.Client.Tests.Processes;

/// <summary>Answers each request on a port of its own with the same page.</summary>
sealed class Answering : IAsyncDisposable
{
    readonly CancellationTokenSource _end = new();
    readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    readonly byte[] _page;
    readonly Task _answering;

    Answering(string status, string text)
    {
        _page = Encoding.ASCII.GetBytes(
            string.Create(
                CultureInfo.InvariantCulture,
                $"HTTP/1.1 {status}\r\nContent-Length: {text.Length}\r\nConnection: close\r\n\r\n{text}"
            )
        );
        _listener.Start();
        _answering = AnswerAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public static Answering Start(string status, string text) => new(status, text);

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _answering;
        _listener.Dispose();
        _end.Dispose();
    }

    async Task AnswerAsync()
    {
        try
        {
            while (true)
            {
                using var client = await _listener.AcceptTcpClientAsync(_end.Token);
                await using var stream = client.GetStream();
                _ = await stream.ReadAsync(new byte[4096], _end.Token);
                await stream.WriteAsync(_page, _end.Token);
            }
        }
        catch (Exception over) when (over is OperationCanceledException or IOException)
        {
            // The test is over, or who asked is gone.
        }
    }
}
