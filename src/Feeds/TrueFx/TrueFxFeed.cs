using System.Collections.Immutable;
using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Time;
using DxyOrleans.Feeds.Http;

namespace DxyOrleans.Feeds.TrueFx;

/// <summary>TrueFX: the newest quote of each pair, polled. It has no history: what is missed stays missed.</summary>
public sealed class TrueFxFeed : IFeed
{
    // What is given away without an account.
    static readonly ImmutableHashSet<string> Keyless =
    [
        "EURUSD",
        "USDJPY",
        "GBPUSD",
        "EURGBP",
        "USDCHF",
        "EURJPY",
        "EURCHF",
        "USDCAD",
        "AUDUSD",
        "GBPJPY",
    ];

    readonly TrueFxOptions _options;
    readonly TimeProvider _market;
    readonly string _password;
    readonly SpellingMap _pairs;
    readonly FeedHttp _http;

    // Also of the connections before: a new one begins with what is known.
    readonly Dictionary<Symbol, UtcTime> _told = [];

    /// <param name="options">Found good.</param>
    /// <param name="market">Market time, in which is polled.</param>
    /// <exception cref="FeedException">The password's file can't be read.</exception>
    public TrueFxFeed(TrueFxOptions options, TimeProvider market)
    {
        (_options, _market) = (options, market);
        _password = FeedKey.Read(options.Password, options.PasswordFile);
        _pairs = new SpellingMap(options.Pair);
        _http = new FeedHttp("TrueFX", options.Patience, _password);
        Capabilities = new FeedCapabilities(LivePrices.Quotes, options.Side);
    }

    public FeedCapabilities Capabilities { get; }

    public string Source => _options.Source;

    public string? SpellingOf(Symbol symbol) => HasAccount || Keyless.Contains(symbol.Name) ? _pairs.SpellingOf(symbol) : null;

    bool HasAccount => _options.User is { Length: > 0 };

    public async Task<FeedLoss> RunAsync(ImmutableArray<Symbol> symbols, IFeedSink sink, CancellationToken cancellation)
    {
        try
        {
            var query = HasAccount ? await OpenAsync(symbols, cancellation) : "f=csv";
            var quotes = new TrueFxQuotes(_options, _pairs, symbols, _told, sink);
            while (true)
            {
                var text = await AskAsync(query, cancellation);
                if (TrueFxQuotes.IsRefusal(text))
                {
                    return new FeedLoss(FeedLossReason.Closed, "TrueFX doesn't know our session any more");
                }

                if (text.StartsWith('<'))
                {
                    return new FeedLoss(FeedLossReason.Unavailable, "TrueFX answered with a page of HTML");
                }

                sink.Connected();
                quotes.Tell(text);
                await Task.Delay(_options.Poll, _market, cancellation);
            }
        }
        catch (FeedException fault)
        {
            return fault.Loss;
        }
        catch (Exception fault) when (_http.LossOf(fault, cancellation) is { } loss)
        {
            return loss;
        }
    }

    public IAsyncEnumerable<Bar> HistoryAsync(Symbol symbol, TimeRange range, HistoryBudget budget, CancellationToken cancellation) =>
        throw new NotSupportedException("TrueFX has no history.");

    public ValueTask DisposeAsync()
    {
        _http.Dispose();
        return default;
    }

    // A session, by whose number the pairs that changed are asked for.
    async Task<string> OpenAsync(ImmutableArray<Symbol> symbols, CancellationToken cancellation)
    {
        var pairs = string.Join(',', symbols.Select(symbol => _pairs.SpellingOf(symbol)));
        var id = (
            await AskAsync(
                $"u={Uri.EscapeDataString(_options.User!)}&p={Uri.EscapeDataString(_password)}&q={Uri.EscapeDataString(_options.Qualifier)}"
                    + $"&c={Uri.EscapeDataString(pairs)}&f=csv&s=n",
                cancellation
            )
        ).Trim();
        return id.Length is > 0 and < 500 && id.Contains(':', StringComparison.Ordinal) && !id.Contains('<', StringComparison.Ordinal)
            ? $"id={Uri.EscapeDataString(id)}"
            : throw new FeedException(FeedLoss.Refused("TrueFX doesn't take the account's name and password"));
    }

    // Password and session stand in the address: it is in no text.
    async Task<string> AskAsync(string query, CancellationToken cancellation)
    {
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limited.CancelAfter(_options.Patience);
        using var request = new HttpRequestMessage(HttpMethod.Get, new UriBuilder(_options.Address) { Query = query }.Uri);
        using var answer = await _http.AskAsync(request, cancellation);
        return (await answer.Content.ReadAsStringAsync(limited.Token)).Trim();
    }
}
