using System.Collections.Immutable;
using System.Text.Json;
using DxyOrleans.Core.Bars;

namespace DxyOrleans.Feeds.Massive;

/// <summary>A word of the vendor about the connection.</summary>
readonly record struct MassiveStatus(string Status, string Message);

/// <summary>Reads the vendor's messages: lists of events of any kind. One that can't be read hurts none beside it.</summary>
sealed class MassiveEvents(MassiveOptions options, SpellingMap pairs, ImmutableArray<Symbol> symbols, IFeedSink sink)
{
    public const string MinuteBar = "CA";
    public const string SecondBar = "CAS";
    public const string Quote = "C";

    static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    static readonly TimeSpan Instant = TimeSpan.FromMicroseconds(1);

    readonly List<MassiveStatus> _statuses = [];

    /// <summary>Whether a price came.</summary>
    public bool HasTold { get; private set; }

    /// <summary>Tells the sink the message's prices.</summary>
    /// <returns>What it says of the connection, in its order.</returns>
    public async Task<IReadOnlyList<MassiveStatus>> TellAsync(ReadOnlyMemory<byte> message, CancellationToken cancellation)
    {
        _statuses.Clear();
        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(message);
        }
        catch (JsonException)
        {
            sink.PassedOver($"a message of {message.Length} bytes that is no JSON");
            return _statuses;
        }

        using (document)
        {
            foreach (
                var one in document.RootElement.ValueKind == JsonValueKind.Array
                    ? document.RootElement.EnumerateArray().ToArray()
                    : [document.RootElement]
            )
            {
                await TellAsync(one, cancellation);
            }
        }

        return _statuses;
    }

    async ValueTask TellAsync(JsonElement one, CancellationToken cancellation)
    {
        if (one.ValueKind != JsonValueKind.Object)
        {
            sink.PassedOver($"an event that is no object but {one.ValueKind}");
            return;
        }

        switch (MassiveBars.Text(one, "ev"))
        {
            case "status":
                _statuses.Add(new MassiveStatus(MassiveBars.Text(one, "status") ?? "", MassiveBars.Text(one, "message") ?? ""));
                return;
            case MinuteBar when Ours(one, "pair") is { } symbol:
                if (MassiveBars.TryBar(one, "s", symbol, options.Vwap, out var bar, out var why))
                {
                    HasTold = true;
                    await sink.BarAsync(bar, cancellation);
                }
                else
                {
                    sink.PassedOver(why);
                }

                return;
            case SecondBar when Ours(one, "pair") is { } symbol:
                TellSecond(one, symbol);
                return;
            case Quote when Ours(one, "p") is { } symbol:
                TellQuote(one, symbol);
                return;
        }
    }

    // The quotes that span it: a minute built of them has its open, high, low and close.
    void TellSecond(JsonElement one, Symbol symbol)
    {
        if (
            !MassiveBars.TryTime(one, "s", out var start)
            || !MassiveBars.TryNumber(one, "o", out var open)
            || !MassiveBars.TryNumber(one, "h", out var high)
            || !MassiveBars.TryNumber(one, "l", out var low)
            || !MassiveBars.TryNumber(one, "c", out var close)
            || low > Math.Min(open, close)
            || high < Math.Max(open, close)
            || low <= 0
        )
        {
            sink.PassedOver($"a second of {symbol} that is no bar");
            return;
        }

        HasTold = true;
        var end = MassiveBars.TryTime(one, "e", out var told) && told > start && told - start <= Second ? told : start + Second;
        sink.Quote(symbol, new Quote(start, open));
        sink.Quote(symbol, new Quote(start + Instant, high));
        sink.Quote(symbol, new Quote(start + Instant, low));
        sink.Quote(symbol, new Quote(end - Instant, close));
    }

    void TellQuote(JsonElement one, Symbol symbol)
    {
        if (
            !MassiveBars.TryTime(one, "t", out var time)
            || !MassiveBars.TryNumber(one, "b", out var bid)
            || !MassiveBars.TryNumber(one, "a", out var ask)
            || bid <= 0
            || ask < bid
        )
        {
            sink.PassedOver($"a quote of {symbol} that lacks a side, or whose ask is below its bid");
            return;
        }

        HasTold = true;
        sink.Quote(symbol, new Quote(time, options.Side.Of(bid, ask)));
    }

    Symbol? Ours(JsonElement one, string name) =>
        pairs.TryRead(MassiveBars.Text(one, name), out var symbol) && symbols.Contains(symbol) ? symbol : null;
}
