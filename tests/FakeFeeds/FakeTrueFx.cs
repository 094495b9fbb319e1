using System.Collections.Concurrent;
using System.Globalization;
using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Time;
using Microsoft.AspNetCore.Http;

namespace DxyOrleans.FakeFeeds;

/// <summary>
/// TrueFX's rates, keyless and by sessions. Its faults are told by the number of the poll, so that none of them hides a market minute.
/// </summary>
public sealed class FakeTrueFx(FakeMarket market, bool faults, string user = "user", string password = "secret", int port = 0)
    : FakeServer(port)
{
    const decimal Half = 0.00004m;

    static readonly string[] Keyless = ["EURUSD", "USDJPY", "GBPUSD", "USDCHF", "USDCAD"];

    readonly ConcurrentDictionary<string, (IReadOnlyList<Symbol> Symbols, ConcurrentDictionary<Symbol, UtcTime> Told)> _sessions = new();
    readonly FaultPlan _counts = new(new Dictionary<int, FeedFault> { [-1] = FeedFault.None });
    int _polls;
    int _opened;

    /// <summary>How often each fault was played.</summary>
    public IReadOnlyDictionary<FeedFault, int> Played => _counts.Played;

    /// <summary>The market time of the last poll that was answered as it should be.</summary>
    public UtcTime Answered { get; private set; }

    protected override async Task HandleAsync(HttpContext context)
    {
        var query = context.Request.Query;
        var now = market.Now;
        if (query.ContainsKey("u"))
        {
            await OpenAsync(context);
            return;
        }

        if (query.ContainsKey("id") && !_sessions.ContainsKey(query["id"].ToString()))
        {
            await WriteAsync(context, 200, "not authorized\r\n", "text/plain");
            return;
        }

        var poll = Interlocked.Increment(ref _polls);
        var fault = faults ? FaultAt(poll) : FeedFault.None;
        _counts.Count(fault);
        switch (fault)
        {
            case FeedFault.Html:
                await HtmlAsync(context, poll % 2 == 0 ? 500 : 200);
                return;
            case FeedFault.Cut:
                context.Abort();
                return;
            case FeedFault.RateLimit:
                context.Response.Headers.RetryAfter = "0";
                await WriteAsync(context, 429, "", "text/plain");
                return;
            case FeedFault.Close when query.ContainsKey("id"):
                _sessions.TryRemove(query["id"].ToString(), out _);
                await WriteAsync(context, 200, "not authorized\r\n", "text/plain");
                return;
        }

        Connections++;
        var lines = query.ContainsKey("id")
            ? ChangedOf(_sessions[query["id"].ToString()], now)
            : market.Symbols.Where(symbol => Keyless.Contains(symbol.Name)).Select(symbol => LineOf(symbol, now)).OfType<string>().ToList();
        if (fault == FeedFault.Mangle)
        {
            lines = ["EUR/USD,oops,1.0", "\"what", .. lines, "USD/JPY,1437569931314,,,150.,", ",,,,,,"];
        }

        if (fault == FeedFault.Repeat)
        {
            // An older snapshot first, as caches on the way give it.
            lines = [.. lines.Select(line => line).Reverse(), .. lines];
        }

        await WriteAsync(context, 200, string.Concat(lines.Select(line => line + "\r\n")) + "\r\n", "text/plain");
        Answered = now;
    }

    async Task OpenAsync(HttpContext context)
    {
        var query = context.Request.Query;
        if (query["u"] != user || query["p"] != password)
        {
            await WriteAsync(context, 200, "not authorized\r\n", "text/plain");
            return;
        }

        var symbols = query["c"].ToString().Split(',').Select(Symbol.Parse).Where(market.Symbols.Contains).ToList();
        var id = string.Create(CultureInfo.InvariantCulture, $"{user}:{password}:{query["q"]}:{Interlocked.Increment(ref _opened)}");
        _sessions[id] = (symbols, new());
        await WriteAsync(context, 200, $"{id}\r\n", "text/plain");
    }

    static FeedFault FaultAt(int poll) =>
        (poll % 41) switch
        {
            7 or 8 => FeedFault.Html,
            13 => FeedFault.Mangle,
            19 => FeedFault.Cut,
            25 => FeedFault.RateLimit,
            31 => FeedFault.Repeat,
            37 => FeedFault.Close,
            _ => FeedFault.None,
        };

    List<string> ChangedOf((IReadOnlyList<Symbol> Symbols, ConcurrentDictionary<Symbol, UtcTime> Told) session, UtcTime now)
    {
        var lines = new List<string>();
        foreach (var symbol in session.Symbols)
        {
            if (market.NewestOf(symbol, now) is { } newest && session.Told.GetValueOrDefault(symbol) < newest.Time)
            {
                session.Told[symbol] = newest.Time;
                lines.Add(LineOf(symbol, now)!);
            }
        }

        return lines;
    }

    string? LineOf(Symbol symbol, UtcTime now)
    {
        if (market.NewestOf(symbol, now) is not { } newest)
        {
            return null;
        }

        var (bid, bidPoints) = Parted(newest.Price - Half);
        var (ask, askPoints) = Parted(newest.Price + Half);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{symbol.Name[..3]}/{symbol.Name[3..]},{newest.Time.ToDateTimeOffset().ToUnixTimeMilliseconds()},{bid},{bidPoints},{ask},{askPoints},{newest.Price},{newest.Price},{newest.Price}"
        );
    }

    // 1.09034 as 1.09 and 034, 123.778 as 123. and 778.
    static (string Figure, string Points) Parted(decimal price)
    {
        var text = price.ToString("0.00000", CultureInfo.InvariantCulture);
        return (text[..^3], text[^3..]);
    }
}
