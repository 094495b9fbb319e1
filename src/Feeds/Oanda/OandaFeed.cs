using System.Collections.Immutable;
using System.Net.Http.Headers;
using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Time;
using DxyOrleans.Feeds.Http;

namespace DxyOrleans.Feeds.Oanda;

/// <summary>OANDA v20: prices as lines of one HTTP answer that doesn't end, history as candles.</summary>
public sealed class OandaFeed : IFeed
{
    readonly OandaOptions _options;
    readonly string _token;
    readonly SpellingMap _instruments;
    readonly FeedHttp _http;
    readonly OandaCandles _candles;

    /// <param name="options">Found good.</param>
    /// <param name="real">The real clock.</param>
    /// <exception cref="FeedException">The token's file can't be read.</exception>
    public OandaFeed(OandaOptions options, TimeProvider real)
    {
        _options = options;
        _token = FeedKey.Read(options.Token, options.TokenFile);
        _instruments = new SpellingMap(options.Instrument);
        _http = new FeedHttp("OANDA", options.Patience, _token, options.Account);
        _candles = new OandaCandles(
            options,
            _instruments,
            uri => Request(uri),
            _http,
            new RequestPace(options.RequestsPerSecond, TimeSpan.FromSeconds(1), real)
        );
        Capabilities = new FeedCapabilities(LivePrices.Quotes, options.Side)
        {
            HasHistory = true,
            HistoryWins = true,
            HistoryChunk = OandaCandles.Most,
        };
    }

    public FeedCapabilities Capabilities { get; }

    public string Source => _options.Source;

    public string? SpellingOf(Symbol symbol) => _instruments.SpellingOf(symbol);

    public async Task<FeedLoss> RunAsync(ImmutableArray<Symbol> symbols, IFeedSink sink, CancellationToken cancellation)
    {
        var instruments = string.Join(',', symbols.Select(symbol => _instruments.SpellingOf(symbol)));
        // A snapshot first, so that a pair that is quiet has a price.
        var path = $"/v3/accounts/{_options.Account}/pricing/stream?instruments={Uri.EscapeDataString(instruments)}&snapshot=true";
        try
        {
            using var request = Request(new Uri(new Uri(_options.Stream), path));
            using var answer = await _http.AskAsync(request, cancellation);
            await using var content = await answer.Content.ReadAsStreamAsync(cancellation);
            sink.Connected();
            return await new OandaPrices(_options, _instruments, symbols, sink).TellAsync(content, cancellation);
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
        _candles.ReadAsync(symbol, range, budget, cancellation);

    public ValueTask DisposeAsync()
    {
        _http.Dispose();
        return default;
    }

    HttpRequestMessage Request(Uri uri)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, uri);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", _token);
        request.Headers.TryAddWithoutValidation("Accept-Datetime-Format", "RFC3339");
        return request;
    }
}
