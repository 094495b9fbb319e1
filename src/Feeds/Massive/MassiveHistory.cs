using System.Globalization;
using System.Net.Http.Headers;
using System.Runtime.CompilerServices;
using System.Text.Json;
using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Time;
using DxyOrleans.Feeds.Http;

namespace DxyOrleans.Feeds.Massive;

/// <summary>Ranges of bars over REST: a month at a time, page by page, no faster than the plan allows.</summary>
sealed class MassiveHistory(MassiveOptions options, string key, FeedHttp http, RequestPace pace)
{
    // Of minutes, which is what the limit counts.
    const string PageLimit = "50000";
    const int Pages = 1_000;

    static readonly TimeSpan Month = TimeSpan.FromDays(31);

    readonly SpellingMap _tickers = new(options.Ticker);
    readonly Uri _base = new(options.Rest);

    public async IAsyncEnumerable<Bar> ReadAsync(
        Symbol symbol,
        TimeRange range,
        HistoryBudget budget,
        [EnumeratorCancellation] CancellationToken cancellation
    )
    {
        for (var from = range.From; from < range.To; from += Month)
        {
            var chunk = new TimeRange(from, UtcTime.Min(range.To, from + Month));
            var seen = new HashSet<string>(StringComparer.Ordinal);
            var newest = UtcTime.FromTicks(0);
            for (var next = First(symbol, chunk); next is not null; )
            {
                if (!seen.Add(next) || seen.Count > Pages)
                {
                    throw new FeedException(new FeedLoss(FeedLossReason.Protocol, "Massive's pages lead in a circle"));
                }

                if (!budget.TryTake())
                {
                    yield break;
                }

                using var page = await AskAsync(next, cancellation);
                foreach (var bar in BarsOf(page.RootElement, symbol, chunk))
                {
                    // A page may begin where the one before ended.
                    if (bar.Time > newest)
                    {
                        newest = bar.Time;
                        yield return bar;
                    }
                }

                next = NextOf(page.RootElement);
            }
        }
    }

    // From and to are both included, in milliseconds: a bare date's end is told differently in different places.
    string First(Symbol symbol, TimeRange range) =>
        options
            .HistoryPath.Replace("{ticker}", Uri.EscapeDataString(_tickers.SpellingOf(symbol)!), StringComparison.Ordinal)
            .Replace("{from}", Milliseconds(range.From), StringComparison.Ordinal)
            .Replace("{to}", Milliseconds(range.To - TimeSpan.FromMilliseconds(1)), StringComparison.Ordinal)
        + $"?adjusted=false&sort=asc&limit={PageLimit}";

    async Task<JsonDocument> AskAsync(string path, CancellationToken cancellation)
    {
        await pace.WaitTurnAsync(cancellation);
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(_base, path));
        // In the address it would stand in everybody's logs.
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        return await http.AskJsonAsync(request, cancellation);
    }

    IEnumerable<Bar> BarsOf(JsonElement page, Symbol symbol, TimeRange range)
    {
        if (page.ValueKind != JsonValueKind.Object)
        {
            throw new FeedException(new FeedLoss(FeedLossReason.Protocol, "Massive answered with something else than a page of bars"));
        }

        // Where there are none, the list is empty, null or left out.
        if (!page.TryGetProperty("results", out var results) || results.ValueKind != JsonValueKind.Array)
        {
            yield break;
        }

        foreach (var row in results.EnumerateArray())
        {
            // A row that is no bar hurts nobody but itself.
            if (
                row.ValueKind == JsonValueKind.Object
                && MassiveBars.TryBar(row, "t", symbol, options.Vwap, out var bar, out _)
                && range.Contains(bar.Time)
            )
            {
                yield return bar;
            }
        }
    }

    // Its path and query alone, and only of the host that was asked: the key goes nowhere else.
    string? NextOf(JsonElement page)
    {
        if (MassiveBars.Text(page, "next_url") is not { Length: > 0 } next)
        {
            return null;
        }

        return Uri.TryCreate(_base, next, out var uri) && uri.Scheme == _base.Scheme && uri.Host == _base.Host && uri.Port == _base.Port
            ? uri.PathAndQuery
            : throw new FeedException(new FeedLoss(FeedLossReason.Protocol, "Massive's next page is on another host"));
    }

    static string Milliseconds(UtcTime time) => time.ToDateTimeOffset().ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture);
}
