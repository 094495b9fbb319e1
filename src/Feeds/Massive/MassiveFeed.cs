using System.Collections.Immutable;
using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Time;
using DxyOrleans.Feeds.Http;

namespace DxyOrleans.Feeds.Massive;

/// <summary>Massive: bars, second bars or quotes over its WebSocket, history over REST.</summary>
public sealed class MassiveFeed : IFeed
{
    // A request is best of no more than a month, which fits into one page.
    static readonly TimeSpan Month = TimeSpan.FromDays(31);

    readonly MassiveOptions _options;
    readonly string _key;
    readonly SpellingMap _pairs;
    readonly SpellingMap _otherPairs;
    readonly FeedHttp _http;
    readonly MassiveHistory _history;
    bool _other;

    /// <param name="options">Found good.</param>
    /// <param name="real">The real clock.</param>
    /// <exception cref="FeedException">The key's file can't be read.</exception>
    public MassiveFeed(MassiveOptions options, TimeProvider real)
    {
        _options = options;
        _key = FeedKey.Read(options.ApiKey, options.ApiKeyFile);
        _pairs = new SpellingMap(options.Pair);
        _otherPairs = new SpellingMap(options.OtherPair);
        _http = new FeedHttp("Massive", options.Patience * 6, _key);
        _history = new MassiveHistory(options, _key, _http, new RequestPace(options.RequestsPerMinute, TimeSpan.FromMinutes(1), real));
        Capabilities = new FeedCapabilities(
            options.Live switch
            {
                MassiveOptions.Seconds => LivePrices.Seconds,
                MassiveOptions.Quotes => LivePrices.Quotes,
                _ => LivePrices.Minutes,
            },
            options.Side
        )
        {
            HasHistory = true,
            HistoryWins = true,
            HistoryChunk = Month,
        };
    }

    public FeedCapabilities Capabilities { get; }

    public string Source => _options.Source;

    public string? SpellingOf(Symbol symbol) => _pairs.SpellingOf(symbol);

    public async Task<FeedLoss> RunAsync(ImmutableArray<Symbol> symbols, IFeedSink sink, CancellationToken cancellation)
    {
        var session = new MassiveSession(_options, _key, _other ? _otherPairs : _pairs, symbols, sink);
        try
        {
            return await session.RunAsync(cancellation);
        }
        finally
        {
            // Let in, and nothing came: it may be the spelling, which isn't complained of.
            if (session is { IsSubscribed: true, HasTold: false })
            {
                _other = !_other;
            }
        }
    }

    public IAsyncEnumerable<Bar> HistoryAsync(Symbol symbol, TimeRange range, HistoryBudget budget, CancellationToken cancellation) =>
        _history.ReadAsync(symbol, range, budget, cancellation);

    public ValueTask DisposeAsync()
    {
        _http.Dispose();
        return default;
    }
}
