using System.Threading.Channels;
using DxyOrleans.Core.Bars;

namespace DxyOrleans.Feeds.Running;

/// <summary>What came and is not delivered yet, bounded: bars wait for room, of quotes the oldest make room and are counted.</summary>
sealed class FeedQueue
{
    readonly Channel<Bar> _bars;
    readonly Channel<(Symbol Symbol, Quote Quote)> _quotes;
    readonly int _quoteLimit;
    long _dropped;

    public FeedQueue(int barLimit, int quoteLimit)
    {
        _quoteLimit = quoteLimit;
        _bars = Channel.CreateBounded<Bar>(new BoundedChannelOptions(barLimit) { SingleReader = true });
        _quotes = Channel.CreateBounded<(Symbol, Quote)>(
            new BoundedChannelOptions(quoteLimit) { SingleReader = true, FullMode = BoundedChannelFullMode.DropOldest },
            _ => Interlocked.Increment(ref _dropped)
        );
    }

    public ChannelReader<Bar> Bars => _bars.Reader;

    public ChannelReader<(Symbol Symbol, Quote Quote)> Quotes => _quotes.Reader;

    public bool IsEmpty => _bars.Reader.Count == 0 && _quotes.Reader.Count == 0;

    public bool HasRoom => _quotes.Reader.Count < _quoteLimit;

    public ValueTask PutAsync(Bar bar, CancellationToken cancellation) => _bars.Writer.WriteAsync(bar, cancellation);

    public void Put(Symbol symbol, Quote quote) => _quotes.Writer.TryWrite((symbol, quote));

    /// <summary>Quotes dropped since the last time this was asked.</summary>
    public long TakeDropped() => Interlocked.Exchange(ref _dropped, 0);
}
