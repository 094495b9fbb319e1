using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Time;

namespace DxyOrleans.Feeds.Tests.Live;

/// <summary>A feed that does what a test says.</summary>
sealed class ScriptedFeed(LivePrices live) : IFeed
{
    public FeedCapabilities Capabilities { get; init; } = new(live, PriceSide.Mid);

    public string Source => "ingest";

    public int Connections { get; private set; }

    public List<(Symbol Symbol, TimeRange Range)> Asked { get; } = [];

    public Func<IFeedSink, CancellationToken, Task<FeedLoss>> Live { get; init; } =
        async (_, cancellation) =>
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellation);
            throw new InvalidOperationException();
        };

    public Func<Symbol, UtcTime, Bar?> Past { get; init; } = (_, _) => null;

    public string? SpellingOf(Symbol symbol) => symbol.Name == "USDSEK" ? null : symbol.Name;

    public Task<FeedLoss> RunAsync(ImmutableArray<Symbol> symbols, IFeedSink sink, CancellationToken cancellation)
    {
        Connections++;
        return Live(sink, cancellation);
    }

    public async IAsyncEnumerable<Bar> HistoryAsync(
        Symbol symbol,
        TimeRange range,
        HistoryBudget budget,
        [EnumeratorCancellation] CancellationToken cancellation
    )
    {
        await Task.CompletedTask;
        lock (Asked)
        {
            Asked.Add((symbol, range));
        }

        for (var minute = range.From; minute < range.To; minute += Timeframe.OneMinute)
        {
            if (Past(symbol, minute) is { } bar)
            {
                yield return bar;
            }
        }
    }

    public ValueTask DisposeAsync() => default;
}
