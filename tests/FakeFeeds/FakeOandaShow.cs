using System.Text;
using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Time;
using Microsoft.AspNetCore.Http;

namespace DxyOrleans.FakeFeeds;

/// <summary>What one reader of the stream of <see cref="FakeOanda"/> gets, faults included.</summary>
sealed class FakeOandaShow(FakeMarket market, FaultPlan plan, HttpContext context, IReadOnlyList<Symbol> symbols, Action refuseNext)
{
    static readonly TimeSpan Look = TimeSpan.FromMilliseconds(4);
    static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(5);
    static readonly TimeSpan SilentFor = TimeSpan.FromMinutes(6);

    readonly CancellationToken _gone = context.RequestAborted;
    UtcTime _beaten = market.Now;
    string _held = "";

    public async Task PlayAsync()
    {
        var told = market.Now;
        await WriteAsync(
            string.Concat(
                symbols.Select(symbol => market.NewestOf(symbol, told) is { } newest ? FakeOanda.Price(symbol, newest) + "\n" : "")
            )
        );
        while (!_gone.IsCancellationRequested)
        {
            var end = UtcTime.Min(market.Now, told.Floor(Timeframe.OneMinute) + Timeframe.OneMinute);
            if (end > told)
            {
                if (!await TellAsync(new TimeRange(told, end)))
                {
                    return;
                }

                told = end;
            }

            if (market.Now - _beaten >= Heartbeat)
            {
                await BeatAsync();
            }

            if (told == market.Now || market.Now - told < TimeSpan.FromSeconds(1))
            {
                await Task.Delay(Look, TimeProvider.System, _gone);
            }
        }
    }

    // The range lies within one minute; its fault is played with its first part. False where the stream has ended.
    async Task<bool> TellAsync(TimeRange range)
    {
        var lines = symbols
            .SelectMany(symbol => market.QuotesOf(symbol, range).Select(quote => (Symbol: symbol, Quote: quote)))
            .OrderBy(one => one.Quote.Time)
            .Select(one => FakeOanda.Price(one.Symbol, one.Quote) + "\n")
            .ToList();
        var fault = plan.Take(range.From);
        switch (fault)
        {
            case FeedFault.Cut:
                context.Abort();
                return false;
            case FeedFault.Close:
                return false;
            case FeedFault.Maintenance:
                refuseNext();
                context.Abort();
                return false;
            case FeedFault.HeartbeatsOnly or FeedFault.Stall:
                var until = market.Now + SilentFor;
                while (market.Now < until)
                {
                    await Task.Delay(Look, TimeProvider.System, _gone);
                    if (fault == FeedFault.HeartbeatsOnly && market.Now - _beaten >= Heartbeat)
                    {
                        await BeatAsync();
                    }
                }

                return true;
            case FeedFault.Leave:
                return true;
            case FeedFault.Merge:
                _held += string.Concat(lines);
                return true;
            case FeedFault.Mangle:
                lines.Insert(0, "{\"type\":\"PRICE\",\"time\":\"2024-\n");
                lines.Add(
                    "{\"type\":\"PRICE\",\"instrument\":\"EUR_USD\",\"bids\":[],\"asks\":[{\"price\":\"one\"}],\"tradeable\":true}\n\r\n\n"
                );
                break;
            case FeedFault.Strange:
                lines.Add(
                    "{\"type\":\"TRANSACTION\",\"id\":1}\n[]\n7\n{\"type\":\"PRICE\",\"instrument\":\"USD_ZAR\",\"tradeable\":true}\n"
                );
                break;
            case FeedFault.NotTradeable:
                lines.AddRange(symbols.Select(symbol => FakeOanda.Price(symbol, new Quote(range.From, 99m), tradeable: false) + "\n"));
                break;
            case FeedFault.Spike:
                var newest = market.NewestOf(symbols[0], range.To)!.Value;
                lines.Add(FakeOanda.Price(symbols[0], newest with { Price = newest.Price * 0.95m }) + "\n");
                break;
            case FeedFault.Repeat:
                lines.AddRange([.. lines]);
                break;
            case FeedFault.Reorder:
                lines.Reverse();
                break;
        }

        var text = _held + string.Concat(lines);
        _held = "";
        if (fault != FeedFault.Split)
        {
            await WriteAsync(text);
            return true;
        }

        for (var at = 0; at < text.Length; at += 50)
        {
            await WriteAsync(text[at..Math.Min(text.Length, at + 50)]);
        }

        return true;
    }

    Task BeatAsync()
    {
        _beaten = market.Now;
        return WriteAsync($"{{\"type\":\"HEARTBEAT\",\"time\":\"{FakeOanda.Time(_beaten)}\"}}\n");
    }

    async Task WriteAsync(string text)
    {
        if (text.Length > 0)
        {
            await context.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(text), _gone);
            await context.Response.Body.FlushAsync(_gone);
        }
    }
}
