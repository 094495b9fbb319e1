using System.Runtime.CompilerServices;
using System.Text.Json;
using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Time;
using DxyOrleans.Feeds.Http;

namespace DxyOrleans.Feeds.Oanda;

/// <summary>
/// Candles of a minute, 5,000 at once at the most. The running one, and one that its successor hasn't completed yet, say so and are left
/// out.
/// </summary>
sealed class OandaCandles(
    OandaOptions options,
    SpellingMap instruments,
    Func<Uri, HttpRequestMessage> request,
    FeedHttp http,
    RequestPace pace
)
{
    /// <summary>What one request may span.</summary>
    public static readonly TimeSpan Most = TimeSpan.FromMinutes(5_000);

    readonly Uri _base = new(options.Rest);

    readonly (string Letter, string Name) _side = options.Side switch
    {
        PriceSide.Bid => ("B", "bid"),
        PriceSide.Ask => ("A", "ask"),
        _ => ("M", "mid"),
    };

    public async IAsyncEnumerable<Bar> ReadAsync(
        Symbol symbol,
        TimeRange range,
        HistoryBudget budget,
        [EnumeratorCancellation] CancellationToken cancellation
    )
    {
        var newest = UtcTime.FromTicks(0);
        for (var from = range.From; from < range.To; from += Most)
        {
            if (!budget.TryTake())
            {
                yield break;
            }

            var chunk = new TimeRange(from, UtcTime.Min(range.To, from + Most));
            using var answer = await AskAsync(symbol, chunk, cancellation);
            foreach (var bar in BarsOf(answer.RootElement, symbol).Where(bar => chunk.Contains(bar.Time)))
            {
                if (bar.Time > newest)
                {
                    newest = bar.Time;
                    yield return bar;
                }
            }
        }
    }

    async Task<JsonDocument> AskAsync(Symbol symbol, TimeRange range, CancellationToken cancellation)
    {
        await pace.WaitTurnAsync(cancellation);
        var path =
            $"/v3/instruments/{instruments.SpellingOf(symbol)}/candles?granularity=M1&price={_side.Letter}"
            + $"&from={Uri.EscapeDataString(range.From.ToString())}&to={Uri.EscapeDataString(range.To.ToString())}";
        using var asked = request(new Uri(_base, path));
        return await http.AskJsonAsync(asked, cancellation);
    }

    IEnumerable<Bar> BarsOf(JsonElement answer, Symbol symbol)
    {
        if (
            answer.ValueKind != JsonValueKind.Object
            || !answer.TryGetProperty("candles", out var candles)
            || candles.ValueKind != JsonValueKind.Array
        )
        {
            throw new FeedException(new FeedLoss(FeedLossReason.Protocol, "OANDA answered without candles"));
        }

        var series = new Series(symbol, Timeframe.OneMinute);
        foreach (var candle in candles.EnumerateArray())
        {
            if (
                candle.ValueKind == JsonValueKind.Object
                && candle.TryGetProperty("complete", out var complete)
                && complete.ValueKind == JsonValueKind.True
                && OandaJson.TryTime(candle, out var time)
                && candle.TryGetProperty(_side.Name, out var prices)
                && OandaJson.TryPrice(prices, "o", out var open)
                && OandaJson.TryPrice(prices, "h", out var high)
                && OandaJson.TryPrice(prices, "l", out var low)
                && OandaJson.TryPrice(prices, "c", out var close)
            )
            {
                var volume = candle.TryGetProperty("volume", out var said) && said.TryGetInt32(out var number) && number >= 0 ? number : 0;
                if (Bar.TryCreate(series, time, open, high, low, close, volume, null, volume, false, out var bar, out _))
                {
                    yield return bar;
                }
            }
        }
    }
}
