using System.Collections.Concurrent;
using DxyOrleans.Core.Bars;

namespace DxyOrleans.Feeds.Tests.Live;

/// <summary>Keeps what a feed tells.</summary>
sealed class Sink : IFeedSink
{
    public ConcurrentQueue<Bar> Bars { get; } = new();

    public ConcurrentQueue<(Symbol Symbol, Quote Quote)> Quotes { get; } = new();

    public ConcurrentQueue<string> PassedOver { get; } = new();

    public bool IsConnected { get; private set; }

    public bool HasRoom => true;

    public ValueTask BarAsync(Bar bar, CancellationToken cancellation)
    {
        Bars.Enqueue(bar);
        return default;
    }

    public void Quote(Symbol symbol, Quote quote) => Quotes.Enqueue((symbol, quote));

    public void Connected() => IsConnected = true;

    void IFeedSink.PassedOver(string what) => PassedOver.Enqueue(what);
}
