using System.Net.WebSockets;
using System.Text;
using System.Text.Json;

namespace DxyOrleans.FakeFeeds;

/// <summary>One socket: messages out, whole or in pieces, and requests in.</summary>
sealed class FakeMassiveLine(WebSocket socket, CancellationToken gone)
{
    public CancellationToken Gone => gone;

    public Task SendAsync(string message) => SendAsync(message, int.MaxValue);

    /// <param name="message">The text.</param>
    /// <param name="piece">Bytes of a frame at most.</param>
    public async Task SendAsync(string message, int piece)
    {
        var bytes = Encoding.UTF8.GetBytes(message);
        for (var at = 0; at < bytes.Length; )
        {
            var length = Math.Min(piece, bytes.Length - at);
            await socket.SendAsync(bytes.AsMemory(at, length), WebSocketMessageType.Text, at + length == bytes.Length, gone);
            at += length;
        }
    }

    public Task CloseAsync(WebSocketCloseStatus status, string why) => socket.CloseOutputAsync(status, why, gone);

    /// <summary>The parameters of the next request, which has to be the action.</summary>
    public async Task<string> ReceiveAsync(string action)
    {
        var buffer = new byte[64 * 1024];
        var length = 0;
        while (true)
        {
            var got = await socket.ReceiveAsync(buffer.AsMemory(length), gone);
            length += got.Count;
            if (got.EndOfMessage)
            {
                break;
            }
        }

        using var json = JsonDocument.Parse(buffer.AsMemory(0, length));
        return json.RootElement.GetProperty("action").GetString() == action
            ? json.RootElement.GetProperty("params").GetString()!
            : throw new IOException($"{action} was expected.");
    }

    /// <summary>Reads on, so that pings are answered and the other side's end is noticed.</summary>
    public async Task ReadOnAsync()
    {
        var buffer = new byte[1024];
        while (socket.State == WebSocketState.Open)
        {
            await socket.ReceiveAsync(buffer.AsMemory(), gone);
        }
    }
}
