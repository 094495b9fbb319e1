using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Time;
using Microsoft.AspNetCore.Http;

namespace DxyOrleans.FakeFeeds;

/// <summary>What one subscriber of <see cref="FakeMassive"/> gets, faults included.</summary>
sealed class FakeMassiveShow(
    FakeMarket market,
    FaultPlan plan,
    FakeMassiveLine line,
    HttpContext context,
    IReadOnlyList<string> topics,
    bool withEnd
)
{
    static readonly TimeSpan Look = TimeSpan.FromMilliseconds(4);

    // How long after its end a bar comes, and one that is late.
    static readonly TimeSpan After = TimeSpan.FromSeconds(1);
    static readonly TimeSpan LateBy = TimeSpan.FromMinutes(3);
    static readonly TimeSpan StallFor = TimeSpan.FromMinutes(6);

    readonly string _channel = topics.Count > 0 ? topics[0].Split('.')[0] : "CA";
    readonly List<(UtcTime At, string Events)> _later = [];
    readonly List<Symbol> _symbols = [.. topics.Select(topic => Symbol.Parse(topic.Split('.')[1])).Where(market.Symbols.Contains)];
    string _held = "";

    public async Task PlayAsync()
    {
        _ = line.ReadOnAsync().ContinueWith(_ => { }, TaskScheduler.Default);
        var minute = market.Now.Floor(Timeframe.OneMinute);
        var quoted = market.Now;
        while (!line.Gone.IsCancellationRequested)
        {
            if (_channel != "CA")
            {
                quoted = await TellQuotesAsync(quoted);
            }

            while (minute + Timeframe.OneMinute + After <= market.Now)
            {
                if (!await TellMinuteAsync(minute))
                {
                    return;
                }

                minute += Timeframe.OneMinute;
            }

            foreach (var due in _later.Where(later => later.At <= market.Now).ToList())
            {
                _later.Remove(due);
                await line.SendAsync($"[{due.Events}]");
            }

            await Task.Delay(Look, TimeProvider.System, line.Gone);
        }
    }

    // False where the connection has ended.
    async Task<bool> TellMinuteAsync(UtcTime minute)
    {
        var events = _channel == "CA" ? EventsOf(minute) : "";
        var held = _held;
        _held = "";
        var fault = plan.Take(minute);
        switch (fault)
        {
            case FeedFault.Cut:
                context.Abort();
                return false;
            case FeedFault.Close:
                await line.CloseAsync(WebSocketCloseStatus.EndpointUnavailable, "going away");
                return false;
            case FeedFault.TooMany:
                await line.SendAsync(
                    """[{"ev":"status","status":"max_connections","message":"Maximum number of websocket connections exceeded. "}]"""
                );
                await line.CloseAsync(WebSocketCloseStatus.PolicyViolation, "");
                return false;
            case FeedFault.Stall:
                var until = market.Now + StallFor;
                while (market.Now < until)
                {
                    await Task.Delay(Look, TimeProvider.System, line.Gone);
                }

                return true;
            case FeedFault.Delay:
                _later.Add((market.Now + LateBy, events));
                return true;
            case FeedFault.Reorder or FeedFault.Merge:
                _held = fault == FeedFault.Merge ? events : "";
                if (fault == FeedFault.Reorder)
                {
                    _later.Add((market.Now + Timeframe.OneMinute.Length, events));
                }

                return true;
            case FeedFault.Leave or FeedFault.LateHistory:
                return true;
            case FeedFault.Spike:
                events = Join(events, EventOf(Spiked(minute)));
                break;
            case FeedFault.Corrected:
                events = string.Join(',', BarsOf(minute).Select(bar => EventOf(Bar.Flat(bar.Series, bar.Time, bar.Close))));
                break;
            case FeedFault.Strange:
                events = Join(
                    """{"ev":"XAS","pair":"BTC-USD","o":1},{"ev":"CA","pair":"USD/ZAR","o":18,"h":18,"l":18,"c":18,"s":0,"e":1},7,"what",[]""",
                    events
                );
                break;
        }

        if (events.Length == 0 && held.Length == 0)
        {
            return true;
        }

        await line.SendAsync($"[{Join(held, events)}]", fault == FeedFault.Split ? 7 : int.MaxValue);
        if (fault == FeedFault.Mangle)
        {
            // No JSON at all, and one broken event among good ones.
            await line.SendAsync("[{\"ev\":\"CA\",\"pair\":\"EUR/USD\",\"v\":");
            await line.SendAsync($"[{{\"ev\":\"CA\",\"pair\":\"EUR/USD\",\"o\":\"x\",\"c\":null,\"s\":12.5}},{events}]");
        }

        if (fault == FeedFault.Repeat)
        {
            await line.SendAsync($"[{events}]");
            await line.SendAsync($"[{EventsOf(UtcTime.FromMinute(minute.Minute - 5))}]");
        }

        return true;
    }

    async Task<UtcTime> TellQuotesAsync(UtcTime since)
    {
        var now = market.Now;
        var second = TimeSpan.FromSeconds(1);
        var end = _channel == "C" ? now : UtcTime.FromTicks(now.Ticks - (now.Ticks % second.Ticks));
        if (end <= since)
        {
            return since;
        }

        foreach (var symbol in _symbols)
        {
            var quotes = market.QuotesOf(symbol, new TimeRange(since, end)).ToList();
            var events =
                _channel == "C"
                    ? quotes.Select(quote =>
                        FormattableString.Invariant(
                            $"{{\"ev\":\"C\",\"p\":\"{Pair(symbol)}\",\"x\":\"44\",\"a\":{quote.Price + 0.00002m},\"b\":{quote.Price},\"t\":{FakeMassive.Milliseconds(quote.Time)}}}"
                        )
                    )
                    : quotes
                        .GroupBy(quote => quote.Time.Ticks / second.Ticks)
                        .Select(group =>
                            FormattableString.Invariant(
                                $"{{\"ev\":\"CAS\",\"pair\":\"{Pair(symbol)}\",\"v\":{group.Count()},\"o\":{group.First().Price},\"c\":{group.Last().Price},\"h\":{group.Max(quote => quote.Price)},\"l\":{group.Min(quote => quote.Price)},\"s\":{FakeMassive.Milliseconds(UtcTime.FromTicks(group.Key * second.Ticks))}}}"
                            )
                        );
            var message = string.Join(',', events);
            if (message.Length > 0)
            {
                await line.SendAsync($"[{message}]");
            }
        }

        return end;
    }

    IEnumerable<Bar> BarsOf(UtcTime minute) => _symbols.Select(symbol => market.BarOf(symbol, minute)).OfType<Bar>();

    string EventsOf(UtcTime minute) => string.Join(',', BarsOf(minute).Select(EventOf));

    // A stray price of a market elsewhere.
    Bar Spiked(UtcTime minute)
    {
        var bar = BarsOf(minute).First();
        return Bar.Create(bar.Series, bar.Time, bar.Open, bar.High, Price.Round(bar.Low * 0.97m), bar.Close, bar.Volume);
    }

    string EventOf(Bar bar)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("ev", "CA");
            json.WriteString("pair", Pair(bar.Symbol));
            json.WriteNumber("v", bar.Volume);
            FakeMassive.Prices(json, bar);
            json.WriteNumber("s", FakeMassive.Milliseconds(bar.Time));
            if (withEnd)
            {
                json.WriteNumber("e", FakeMassive.Milliseconds(bar.End));
            }

            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.ToArray());
    }

    static string Pair(Symbol symbol) => $"{symbol.Name[..3]}/{symbol.Name[3..]}";

    static string Join(string first, string second) =>
        first.Length == 0 ? second
        : second.Length == 0 ? first
        : $"{first},{second}";
}
