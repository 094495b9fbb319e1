using System.Globalization;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Time;
using Microsoft.AspNetCore.Http;

namespace DxyOrleans.FakeFeeds;

/// <summary>Massive's REST ranges and its WebSocket, as their published clients expect them.</summary>
public sealed class FakeMassive(FakeMarket market, FaultPlan plan, string key, int port = 0) : FakeServer(port)
{
    /// <summary>What it plays in an hour.</summary>
    public static IReadOnlyDictionary<int, FeedFault> Hour { get; } =
        new Dictionary<int, FeedFault>
        {
            [3] = FeedFault.Cut,
            [7] = FeedFault.Close,
            [11] = FeedFault.Stall,
            [19] = FeedFault.Repeat,
            [22] = FeedFault.Delay,
            [26] = FeedFault.Reorder,
            [29] = FeedFault.Mangle,
            [31] = FeedFault.Split,
            [33] = FeedFault.Merge,
            [36] = FeedFault.TooMany,
            [40] = FeedFault.Spike,
            [42] = FeedFault.Strange,
            [44] = FeedFault.Leave,
            [46] = FeedFault.LateHistory,
            [50] = FeedFault.Corrected,
        };

    static readonly TimeSpan LateBy = TimeSpan.FromMinutes(6);

    int _histories;

    /// <summary>Whether live bars bear their end; the vendor's own sample doesn't.</summary>
    public bool WithEnd { get; set; } = true;

    /// <summary>The spelling that subscriptions are honoured for; others are acknowledged and never served. Null: any.</summary>
    public char? OnlySeparator { get; set; }

    /// <summary>The plan doesn't include live prices.</summary>
    public bool WithoutSockets { get; set; }

    /// <summary>Rows of a page.</summary>
    public int PageSize { get; set; } = 200;

    /// <summary>What the last request to history had in its head.</summary>
    public string? LastAuthorization { get; private set; }

    /// <summary>Whether a key stood in an address.</summary>
    public bool SawKeyInAddress { get; private set; }

    protected override Task HandleAsync(HttpContext context)
    {
        SawKeyInAddress |= context.Request.QueryString.Value?.Contains(key, StringComparison.Ordinal) ?? false;
        return context.WebSockets.IsWebSocketRequest ? LiveAsync(context)
            : context.Request.Path.StartsWithSegments("/v2/aggs/ticker", out var rest) ? HistoryAsync(context, rest.Value!.Split('/'))
            : JsonAsync(context, 404, """{"status":"NOT_FOUND","request_id":"r404","message":"no such path"}""");
    }

    // /C:EURUSD/range/1/minute/FROM/TO
    async Task HistoryAsync(HttpContext context, string[] path)
    {
        LastAuthorization = context.Request.Headers.Authorization.ToString();
        if (LastAuthorization != $"Bearer {key}")
        {
            await JsonAsync(context, 401, """{"status":"ERROR","request_id":"r401","error":"Unknown API Key"}""");
            return;
        }

        var number = Interlocked.Increment(ref _histories);
        if (plan.Any && number % 7 == 3)
        {
            plan.Count(FeedFault.Html);
            await HtmlAsync(context, 500);
            return;
        }

        if (plan.Any && number % 11 == 5)
        {
            plan.Count(FeedFault.RateLimit);
            context.Response.Headers.RetryAfter = "0";
            await JsonAsync(
                context,
                429,
                number % 2 == 0
                    ? ""
                    : """{"status":"ERROR","request_id":"r429","error":"You've exceeded the maximum requests per minute"}"""
            );
            return;
        }

        var symbol = Symbol.Parse(Uri.UnescapeDataString(path[1]));
        var from = UtcTime.From(DateTimeOffset.FromUnixTimeMilliseconds(long.Parse(path[5], CultureInfo.InvariantCulture)));
        var to = UtcTime.From(DateTimeOffset.FromUnixTimeMilliseconds(long.Parse(path[6], CultureInfo.InvariantCulture)));
        var rows = new List<Bar>();
        for (var minute = from.Ceiling(Timeframe.OneMinute); minute <= to && rows.Count <= PageSize; minute += Timeframe.OneMinute)
        {
            if (market.BarOf(symbol, minute) is { } bar && bar.End <= market.Now && !IsHeldBack(minute))
            {
                rows.Add(bar);
            }
        }

        var more = rows.Count > PageSize ? rows[PageSize].Time : (UtcTime?)null;
        await JsonAsync(context, 200, Page(context, symbol, [.. rows.Take(PageSize)], path, more));
    }

    // Of the minutes that history has late alone.
    bool IsHeldBack(UtcTime minute) =>
        plan.Any && Hour.GetValueOrDefault((int)(minute.Minute % 60)) == FeedFault.LateHistory && market.Now < minute + LateBy;

    static string Page(HttpContext context, Symbol symbol, IReadOnlyList<Bar> rows, string[] path, UtcTime? more)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("ticker", $"C:{symbol}");
            json.WriteBoolean("adjusted", true);
            json.WriteNumber("queryCount", rows.Count);
            json.WriteNumber("resultsCount", rows.Count);
            json.WriteString("status", "OK");
            json.WriteString("request_id", "r200");
            // Where there are none, it isn't there.
            if (rows.Count > 0)
            {
                json.WriteStartArray("results");
                foreach (var bar in rows)
                {
                    json.WriteStartObject();
                    json.WriteNumber("v", bar.Volume);
                    json.WriteNumber("vw", bar.Close);
                    Prices(json, bar);
                    json.WriteNumber("t", Milliseconds(bar.Time));
                    json.WriteNumber("n", bar.TradeCount);
                    json.WriteEndObject();
                }

                json.WriteEndArray();
            }

            if (more is { } next)
            {
                var tail = string.Create(
                    CultureInfo.InvariantCulture,
                    $"/v2/aggs/ticker/{path[1]}/range/1/minute/{Milliseconds(next)}/{path[6]}?cursor=bGltaXQ"
                );
                json.WriteString("next_url", $"{context.Request.Scheme}://{context.Request.Host}{tail}");
            }

            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.ToArray());
    }

    async Task LiveAsync(HttpContext context)
    {
        using var socket = await context.WebSockets.AcceptWebSocketAsync();
        var line = new FakeMassiveLine(socket, context.RequestAborted);
        await line.SendAsync("""[{"ev":"status","status":"connected","message":"Connected Successfully"}]""");
        var asked = await line.ReceiveAsync("auth");
        if (WithoutSockets || asked != key)
        {
            await line.SendAsync(
                WithoutSockets
                    ? """[{"ev":"status","status":"auth_failed","message":"Your plan doesn't include websocket access."}]"""
                    : """[{"ev":"status","status":"auth_failed","message":"authentication failed"}]"""
            );
            // As the vendor does: no close frame; when the answer has gone out.
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System);
            context.Abort();
            return;
        }

        await line.SendAsync("""[{"ev":"status","status":"auth_success","message":"authenticated"}]""");
        var topics = (await line.ReceiveAsync("subscribe")).Split(',');
        Connections++;
        await line.SendAsync(
            $"[{string.Join(',', topics.Select(topic => $$"""{"ev":"status","status":"success","message":"subscribed to: {{topic}}"}"""))}]"
        );
        var wanted = topics.Where(topic => OnlySeparator is not { } only || topic.Contains(only, StringComparison.Ordinal)).ToList();
        var show = new FakeMassiveShow(market, plan, line, context, wanted, WithEnd);
        await show.PlayAsync();
    }

    internal static void Prices(Utf8JsonWriter json, Bar bar)
    {
        json.WriteNumber("o", bar.Open);
        json.WriteNumber("c", bar.Close);
        json.WriteNumber("h", bar.High);
        json.WriteNumber("l", bar.Low);
    }

    internal static long Milliseconds(UtcTime time) => time.ToDateTimeOffset().ToUnixTimeMilliseconds();
}
