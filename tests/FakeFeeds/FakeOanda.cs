using System.Globalization;
using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Time;
using Microsoft.AspNetCore.Http;

namespace DxyOrleans.FakeFeeds;

/// <summary>OANDA's stream of prices and its candles.</summary>
public sealed class FakeOanda(FakeMarket market, FaultPlan plan, string token, string account, int port = 0) : FakeServer(port)
{
    /// <summary>Half the distance of bid and ask; the middle is the market's price.</summary>
    public const decimal Half = 0.00004m;

    const int MaxCandles = 5_000;
    const int Refusals = 2;

    /// <summary>What it plays in an hour.</summary>
    public static IReadOnlyDictionary<int, FeedFault> Hour { get; } =
        new Dictionary<int, FeedFault>
        {
            [4] = FeedFault.Cut,
            [8] = FeedFault.Close,
            [12] = FeedFault.HeartbeatsOnly,
            [20] = FeedFault.Stall,
            [27] = FeedFault.Mangle,
            [29] = FeedFault.Split,
            [31] = FeedFault.Merge,
            [34] = FeedFault.NotTradeable,
            [37] = FeedFault.Spike,
            [40] = FeedFault.Repeat,
            [42] = FeedFault.Reorder,
            [44] = FeedFault.Leave,
            [46] = FeedFault.Strange,
            [48] = FeedFault.Maintenance,
        };

    int _candles;
    int _refusals;

    /// <summary>What the last request for candles had in its head.</summary>
    public string? LastAuthorization { get; private set; }

    protected override async Task HandleAsync(HttpContext context)
    {
        LastAuthorization = context.Request.Headers.Authorization.ToString();
        if (LastAuthorization != $"Bearer {token}")
        {
            await JsonAsync(context, 401, """{"errorMessage":"Insufficient authorization to perform request."}""");
            return;
        }

        var path = context.Request.Path.Value!.Split('/');
        if (path is ["", "v3", "accounts", var number, "pricing", "stream"])
        {
            await (
                number != account
                    ? JsonAsync(context, 403, """{"errorMessage":"The provided request was forbidden."}""")
                    : StreamAsync(context)
            );
        }
        else if (path is ["", "v3", "instruments", var instrument, "candles"])
        {
            await CandlesAsync(context, Symbol.Parse(instrument.Replace("_", "", StringComparison.Ordinal)));
        }
        else
        {
            await JsonAsync(context, 404, """{"errorMessage":"no such path"}""");
        }
    }

    async Task StreamAsync(HttpContext context)
    {
        if (Interlocked.Decrement(ref _refusals) >= 0)
        {
            await HtmlAsync(context, 504);
            return;
        }

        Connections++;
        var symbols = context
            .Request.Query["instruments"]
            .ToString()
            .Split(',')
            .Select(name => Symbol.Parse(name.Replace("_", "", StringComparison.Ordinal)))
            .Where(market.Symbols.Contains)
            .ToList();
        context.Response.ContentType = "application/octet-stream";
        await context.Response.StartAsync(context.RequestAborted);
        await new FakeOandaShow(market, plan, context, symbols, () => Volatile.Write(ref _refusals, Refusals)).PlayAsync();
    }

    async Task CandlesAsync(HttpContext context, Symbol symbol)
    {
        var number = Interlocked.Increment(ref _candles);
        if (plan.Any && number % 9 == 4)
        {
            plan.Count(FeedFault.Html);
            await HtmlAsync(context, 500);
            return;
        }

        if (plan.Any && number % 13 == 6)
        {
            plan.Count(FeedFault.RateLimit);
            context.Response.Headers.RetryAfter = "0";
            await JsonAsync(context, 429, """{"errorMessage":"Rate limit exceeded"}""");
            return;
        }

        var from = UtcTime.Parse(context.Request.Query["from"].ToString());
        var to = UtcTime.Parse(context.Request.Query["to"].ToString());
        if ((to - from).TotalMinutes > MaxCandles)
        {
            await JsonAsync(context, 400, """{"errorMessage":"Maximum value for 'count' exceeded"}""");
            return;
        }

        var candles = new List<string>();
        for (var minute = from.Floor(Timeframe.OneMinute); minute < to && minute <= market.Now; minute += Timeframe.OneMinute)
        {
            if (market.BarOf(symbol, minute) is { } bar)
            {
                candles.Add(Candle(bar, IsComplete(symbol, bar)));
            }
        }

        await JsonAsync(
            context,
            200,
            $$"""{"instrument":"{{Name(symbol)}}","granularity":"M1","candles":[{{string.Join(',', candles)}}]}"""
        );
    }

    // With the first price of a later minute, not with its end.
    bool IsComplete(Symbol symbol, Bar bar) => bar.End <= market.Now && market.Quotes(symbol, new TimeRange(bar.End, market.Now));

    static string Candle(Bar bar, bool complete)
    {
        return $$"""{"complete":{{(complete ? "true" : "false")}},"volume":{{bar.TradeCount}},"time":"{{Time(bar.Time)}}","mid":{{Side(0)}},"bid":{{Side(-Half)}},"ask":{{Side(Half)}}}""";

        string Side(decimal off) =>
            $$"""{"o":"{{Text(bar.Open + off)}}","h":"{{Text(bar.High + off)}}","l":"{{Text(bar.Low + off)}}","c":"{{Text(bar.Close + off)}}"}""";
    }

    internal static string Price(Symbol symbol, Quote quote, bool tradeable = true) =>
        $$"""{"type":"PRICE","time":"{{Time(quote.Time)}}","bids":[{"price":"{{Text(quote.Price - Half)}}","liquidity":1000000},{"price":"{{Text(quote.Price - (2 * Half))}}","liquidity":5000000}],"asks":[{"price":"{{Text(quote.Price + Half)}}","liquidity":1000000}],"closeoutBid":"{{Text(quote.Price - (3 * Half))}}","closeoutAsk":"{{Text(quote.Price + (3 * Half))}}","status":"{{(tradeable ? "tradeable" : "non-tradeable")}}","tradeable":{{(tradeable ? "true" : "false")}},"instrument":"{{Name(symbol)}}"}""";

    internal static string Time(UtcTime time) =>
        time.ToDateTime().ToString("yyyy-MM-dd'T'HH:mm:ss.fffffff", CultureInfo.InvariantCulture) + "00Z";

    static string Name(Symbol symbol) => $"{symbol.Name[..3]}_{symbol.Name[3..]}";

    static string Text(decimal price) => price.ToString(CultureInfo.InvariantCulture);
}
