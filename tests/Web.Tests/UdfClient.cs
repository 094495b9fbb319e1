using System.Globalization;
using System.Text.Json;

namespace DxyOrleans.Web.Tests;

/// <summary>Plays TradingView's adapter: what it asks, in its order, what it reads of the answers, and what it throws on.</summary>
public sealed class UdfClient(WebHouse house)
{
    public sealed record Bar(long Time, decimal Open, decimal High, decimal Low, decimal Close, decimal? Volume);

    public async Task<JsonElement> ConfigAsync()
    {
        var config = await house.JsonAsync("/udf/config");
        Assert.True(
            config.GetProperty("supports_search").GetBoolean() || config.GetProperty("supports_group_request").GetBoolean(),
            "the adapter throws: supports neither search nor group request"
        );
        return config;
    }

    public async Task<JsonElement> SearchAsync(string query) =>
        await house.JsonAsync($"/udf/search?limit=30&query={query.ToUpperInvariant()}&type=&exchange=");

    public async Task<JsonElement> ResolveAsync(string symbol)
    {
        var info = await house.JsonAsync($"/udf/symbols?symbol={Uri.EscapeDataString(symbol)}");
        Assert.False(info.TryGetProperty("s", out _), $"unknown symbol: {info}");
        return info;
    }

    /// <summary>Bars as the history provider reads them; none with the next time where there is no data.</summary>
    public async Task<(List<Bar> Bars, long? Next)> HistoryAsync(string ticker, string resolution, long from, long to, int? countback)
    {
        var url = string.Create(
            CultureInfo.InvariantCulture,
            $"/udf/history?symbol={ticker}&resolution={resolution}&from={from}&to={to}"
                + $"{(countback is null ? "" : $"&countback={countback}")}"
        );
        var answer = await house.JsonAsync(url);
        switch (answer.GetProperty("s").GetString())
        {
            case "ok":
                break;
            case "no_data":
                return ([], answer.TryGetProperty("nextTime", out var next) ? next.GetInt64() : null);
            default:
                throw new InvalidOperationException(answer.GetProperty("errmsg").GetString());
        }

        var times = answer.GetProperty("t").EnumerateArray().Select(time => time.GetInt64()).ToList();
        var volumes = answer.TryGetProperty("v", out var v) ? v : default;
        var bars = times
            .Select(
                (time, i) =>
                    new Bar(
                        time,
                        answer.GetProperty("o")[i].GetDecimal(),
                        answer.GetProperty("h")[i].GetDecimal(),
                        answer.GetProperty("l")[i].GetDecimal(),
                        answer.GetProperty("c")[i].GetDecimal(),
                        volumes.ValueKind == JsonValueKind.Array ? volumes[i].GetDecimal() : null
                    )
            )
            .ToList();
        Assert.NotEmpty(bars);
        Assert.Equal(times.Order().Distinct(), times);
        Assert.All(times, time => Assert.True(time < to, "a bar at or after to: the library asks for ever"));
        return (bars, null);
    }

    /// <summary>All history to the left of an instant, as a chart that is scrolled loads it.</summary>
    public async Task<List<Bar>> ScrollAsync(string ticker, string resolution, long to, int countback)
    {
        var all = new List<Bar>();
        for (var requests = 0; ; requests++)
        {
            Assert.True(requests < 100, "the chart asks for ever");
            var (bars, next) = await HistoryAsync(ticker, resolution, to - 3600, to, countback);
            if (bars.Count == 0)
            {
                Assert.Null(next);
                return all;
            }

            all.InsertRange(0, bars);
            to = bars[0].Time;
        }
    }

    /// <summary>One poll of the data pulse: the newest bar, and the one before it.</summary>
    public async Task<Bar> PollAsync(string ticker, string resolution, long now, long? known)
    {
        var minutes = int.Parse(resolution, CultureInfo.InvariantCulture);
        var (bars, _) = await HistoryAsync(ticker, resolution, now - (10 * 60 * minutes), now, 2);
        var newest = bars[^1];
        if (known is not null && newest.Time > known && bars.Count < 2)
        {
            throw new InvalidOperationException("Not enough bars in history for proper pulse update. Need at least 2.");
        }

        Assert.True(known is null || newest.Time >= known, "time violation");
        return newest;
    }
}
