using System.Buffers;
using System.Collections.Immutable;
using System.Net;
using System.Net.WebSockets;
using System.Text.Json;
using DxyOrleans.Core.Bars;

namespace DxyOrleans.Feeds.Massive;

/// <summary>One connection to Massive's live prices: greeting, key, subscriptions, then prices until it ends.</summary>
sealed class MassiveSession(MassiveOptions options, string key, SpellingMap pairs, ImmutableArray<Symbol> symbols, IFeedSink sink)
{
    // What the vendor's own clients read at most.
    const int MaxMessage = 1_000_000;
    const int Piece = 16_384;

    static readonly TimeSpan Ping = TimeSpan.FromSeconds(20);
    static readonly TimeSpan Pong = TimeSpan.FromSeconds(10);

    readonly ArrayBufferWriter<byte> _message = new(Piece);
    readonly MassiveEvents _events = new(options, pairs, symbols, sink);

    /// <summary>Whether the vendor let us in and was told what we want.</summary>
    public bool IsSubscribed { get; private set; }

    /// <summary>Whether a price came.</summary>
    public bool HasTold => _events.HasTold;

    public async Task<FeedLoss> RunAsync(CancellationToken cancellation)
    {
        using var socket = new ClientWebSocket();
        socket.Options.KeepAliveInterval = Ping;
        socket.Options.KeepAliveTimeout = Pong;
        socket.Options.CollectHttpResponseDetails = true;
        try
        {
            using (var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation))
            {
                limit.CancelAfter(options.Patience);
                await socket.ConnectAsync(new Uri(options.Socket), limit.Token);
                if (await GreetAsync(socket, limit.Token) is { } refusal)
                {
                    return refusal;
                }
            }

            IsSubscribed = true;
            sink.Connected();
            while (true)
            {
                if (await ReceiveAsync(socket, cancellation) is { } end)
                {
                    return end;
                }

                foreach (var status in await _events.TellAsync(_message.WrittenMemory, cancellation))
                {
                    if (LossOf(status) is { } loss)
                    {
                        return loss;
                    }
                }
            }
        }
        catch (WebSocketException fault)
        {
            return socket.HttpStatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden
                ? FeedLoss.Refused($"Massive refuses the connection: {(int)socket.HttpStatusCode}")
                : new FeedLoss(FeedLossReason.Broken, $"Massive: {FeedKey.Clean(fault.Message, key)}");
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return new FeedLoss(
                FeedLossReason.Silent,
                IsSubscribed ? "Massive answers no ping" : $"Massive did not greet within {options.Patience.TotalSeconds:0} s"
            );
        }
    }

    // The key is asked for by a first status, and subscriptions are taken after the second: earlier ones are lost without a word.
    async Task<FeedLoss?> GreetAsync(ClientWebSocket socket, CancellationToken cancellation)
    {
        var channel = options.Live switch
        {
            MassiveOptions.Seconds => MassiveEvents.SecondBar,
            MassiveOptions.Quotes => MassiveEvents.Quote,
            _ => MassiveEvents.MinuteBar,
        };
        while (true)
        {
            if (await ReceiveAsync(socket, cancellation) is { } end)
            {
                return end;
            }

            foreach (var status in await _events.TellAsync(_message.WrittenMemory, cancellation))
            {
                if (LossOf(status) is { } loss)
                {
                    return loss;
                }

                if (status.Status == "connected")
                {
                    await SendAsync(socket, "auth", key, cancellation);
                }
                else if (status.Status == "auth_success")
                {
                    var wanted = symbols.Select(symbol => $"{channel}.{pairs.SpellingOf(symbol)}");
                    await SendAsync(socket, "subscribe", string.Join(',', wanted), cancellation);
                    return null;
                }
            }
        }
    }

    FeedLoss? LossOf(MassiveStatus status)
    {
        var what = $"Massive: {FeedKey.Clean(status.Message, key)}";
        switch (status.Status)
        {
            case "auth_failed":
                return FeedLoss.Refused(what);
            case "max_connections":
                return new FeedLoss(FeedLossReason.TooManyConnections, what, options.AfterTooMany);
            case "auth_timeout":
                return new FeedLoss(FeedLossReason.Broken, what);
            case "error":
                sink.PassedOver(what);
                return null;
            default:
                return null;
        }
    }

    // One message, of however many frames; a loss when it is the last.
    async Task<FeedLoss?> ReceiveAsync(ClientWebSocket socket, CancellationToken cancellation)
    {
        _message.ResetWrittenCount();
        while (true)
        {
            var got = await socket.ReceiveAsync(_message.GetMemory(Piece), cancellation);
            if (got.MessageType == WebSocketMessageType.Close)
            {
                var what = FeedKey.Clean($"Massive closed: {socket.CloseStatus} {socket.CloseStatusDescription}", key);
                return socket.CloseStatus == WebSocketCloseStatus.PolicyViolation
                    ? new FeedLoss(FeedLossReason.TooManyConnections, what, options.AfterTooMany)
                    : new FeedLoss(FeedLossReason.Closed, what);
            }

            _message.Advance(got.Count);
            if (_message.WrittenCount > MaxMessage)
            {
                return new FeedLoss(FeedLossReason.Protocol, $"Massive sent a message of more than {MaxMessage} bytes");
            }

            if (got.EndOfMessage)
            {
                return null;
            }
        }
    }

    static async Task SendAsync(ClientWebSocket socket, string action, string parameters, CancellationToken cancellation)
    {
        var buffer = new ArrayBufferWriter<byte>();
        await using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("action", action);
            json.WriteString("params", parameters);
            json.WriteEndObject();
        }

        await socket.SendAsync(buffer.WrittenMemory, WebSocketMessageType.Text, true, cancellation);
    }
}
