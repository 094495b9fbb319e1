using System.Buffers;
using System.Collections.Immutable;
using System.IO.Pipelines;
using System.Text.Json;
using DxyOrleans.Core.Bars;

namespace DxyOrleans.Feeds.Oanda;

/// <summary>
/// Reads the stream of prices: an object a line, lines cut anywhere into pieces. A line that can't be read hurts none beside it.
/// </summary>
sealed class OandaPrices(OandaOptions options, SpellingMap instruments, ImmutableArray<Symbol> symbols, IFeedSink sink)
{
    const int MaxLine = 64 * 1024;

    /// <summary>Tells the sink what comes until the stream ends or falls silent.</summary>
    public async Task<FeedLoss> TellAsync(Stream stream, CancellationToken cancellation)
    {
        var reader = PipeReader.Create(stream, new StreamPipeReaderOptions(leaveOpen: true));
        using var silence = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        try
        {
            while (true)
            {
                // Prices and the heartbeats between them: one of the two comes each few seconds, or this stream is dead, whatever others
                // do.
                silence.CancelAfter(options.Patience);
                var read = await reader.ReadAsync(silence.Token);
                var rest = read.Buffer;
                while (rest.PositionOf((byte)'\n') is { } end)
                {
                    Tell(rest.Slice(0, end));
                    rest = rest.Slice(rest.GetPosition(1, end));
                }

                if (read.IsCompleted)
                {
                    return new FeedLoss(FeedLossReason.Closed, "OANDA ended the stream");
                }

                if (rest.Length > MaxLine)
                {
                    return new FeedLoss(FeedLossReason.Protocol, $"OANDA sent a line of more than {MaxLine} bytes");
                }

                reader.AdvanceTo(rest.Start, rest.End);
            }
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return new FeedLoss(FeedLossReason.Silent, $"OANDA sent neither price nor heartbeat for {options.Patience.TotalSeconds:0.#} s");
        }
        finally
        {
            await reader.CompleteAsync();
        }
    }

    void Tell(ReadOnlySequence<byte> line)
    {
        if (line.IsEmpty || (line.Length == 1 && line.FirstSpan[0] == (byte)'\r'))
        {
            return;
        }

        try
        {
            using var json = JsonDocument.Parse(line);
            var one = json.RootElement;
            if (one.ValueKind == JsonValueKind.Object && OandaJson.Text(one, "type") == "PRICE")
            {
                TellPrice(one);
            }
        }
        catch (JsonException)
        {
            sink.PassedOver($"a line of {line.Length} bytes that is no JSON");
        }
    }

    void TellPrice(JsonElement one)
    {
        if (!instruments.TryRead(OandaJson.Text(one, "instrument"), out var symbol) || !symbols.Contains(symbol))
        {
            return;
        }

        // A closed market answers with its last prices and a wide spread: nobody trades at these.
        if (!IsTradeable(one))
        {
            return;
        }

        if (
            !OandaJson.TryTime(one, out var time)
            || Best(one, "bids", Math.Max) is not { } bid
            || Best(one, "asks", Math.Min) is not { } ask
            || bid <= 0
            || ask < bid
        )
        {
            sink.PassedOver($"a price of {symbol} that lacks a side or a time, or whose ask is below its bid");
            return;
        }

        sink.Quote(symbol, new Quote(time, options.Side.Of(bid, ask)));
    }

    static bool IsTradeable(JsonElement one) =>
        one.TryGetProperty("tradeable", out var tradeable)
            ? tradeable.ValueKind == JsonValueKind.True
            : OandaJson.Text(one, "status") is not { } status || status == "tradeable";

    static decimal? Best(JsonElement one, string side, Func<decimal, decimal, decimal> better)
    {
        if (!one.TryGetProperty(side, out var offers) || offers.ValueKind != JsonValueKind.Array)
        {
            return null;
        }

        decimal? best = null;
        foreach (var offer in offers.EnumerateArray())
        {
            if (OandaJson.TryPrice(offer, "price", out var price))
            {
                best = best is { } known ? better(known, price) : price;
            }
        }

        return best;
    }
}
