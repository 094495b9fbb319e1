using System.Collections.Immutable;
using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Time;
using DxyOrleans.Feeds.Running;

namespace DxyOrleans.Feeds.Tests.Live;

/// <summary>A table in memory: the last bar of a minute counts, and quotes build those that have none.</summary>
sealed class CollectedBars : IFeedOutput
{
    readonly Lock _lock = new();
    readonly Dictionary<(Symbol, UtcTime), Bar> _final = [];
    readonly Dictionary<(Symbol, UtcTime), FormingBar> _forming = [];

    /// <summary>Bars that were published, repeated ones counted again.</summary>
    public int Published { get; private set; }

    /// <summary>Is awaited before anything is taken.</summary>
    public Func<Task> Before { get; set; } = () => Task.CompletedTask;

    public Func<Symbol, FeedPosition> Position { get; set; } = _ => new FeedPosition(null, null);

    public Task<FeedPosition> PositionAsync(Symbol symbol, CancellationToken cancellation) => Task.FromResult(Position(symbol));

    public async Task PublishAsync(Symbol symbol, ImmutableArray<Bar> bars, CancellationToken cancellation)
    {
        await Before();
        lock (_lock)
        {
            Published += bars.Length;
            foreach (var bar in bars)
            {
                Assert.Equal(symbol, bar.Symbol);
                _final[(symbol, bar.Time)] = bar;
            }
        }
    }

    public async Task QuoteAsync(Symbol symbol, ImmutableArray<Quote> quotes, CancellationToken cancellation)
    {
        await Before();
        lock (_lock)
        {
            foreach (var quote in quotes)
            {
                var key = (symbol, quote.Time.Floor(Timeframe.OneMinute));
                _forming[key] = _forming.TryGetValue(key, out var forming)
                    ? forming.Add(quote)
                    : FormingBar.Begin(new Series(symbol, Timeframe.OneMinute), quote);
            }
        }
    }

    public Bar? Of(Symbol symbol, UtcTime minute)
    {
        lock (_lock)
        {
            return _final.TryGetValue((symbol, minute), out var bar) ? bar
                : _forming.TryGetValue((symbol, minute), out var forming) ? forming.ToFinal()
                : null;
        }
    }

    public IReadOnlyList<Bar> All
    {
        get
        {
            lock (_lock)
            {
                return [.. _final.Keys.Union(_forming.Keys).Order().Select(key => Of(key.Item1, key.Item2)!)];
            }
        }
    }
}
