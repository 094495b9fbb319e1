using System.Globalization;
using System.Text.Json;
using DxyOrleans.Core.Time;
using DxyOrleans.Testing;

namespace DxyOrleans.Web.Tests;

/// <summary>Massive's client reads our bars by another base address: its paging loop, played.</summary>
public sealed class AggregatesTests(TestServer server)
{
    [Fact]
    public async Task The_clients_loop_gives_each_bar_once_in_both_orders()
    {
        await using var house = await WebHouse.OpenAsync(server);
        await house.StoreAsync(WebHouse.Minutes(0, 23));
        await house.DrainAsync();
        foreach (
            var (ticker, span, table, symbol, timeframe) in ((string, string, string, string, string)[])
                [
                    ("C:EURUSD", "1/minute", "data_bars", "EURUSD", "1m"),
                    ("I:DXY", "1/minute", "data_bars", "DXY", "1m"),
                    ("DXY", "5/minute", "derived_data_bars", "DXY", "5m"),
                ]
        )
        {
            var stored = await house.TextsAsync(
                $"""
                SELECT concat_ws('|', (extract(epoch FROM ts_utc) * 1000)::bigint, open, high, low, close)
                FROM {table} WHERE canonical_symbol = '{symbol}' AND timeframe = '{timeframe}' ORDER BY ts_utc
                """
            );
            Assert.Equal(stored, await ListAsync(house, ticker, span, "2024-03-01", "2024-03-31", "asc", 4));
            Assert.Equal(stored.AsEnumerable().Reverse(), await ListAsync(house, ticker, span, "2024-03-01", "2024-03-31", "desc", 4));
            Assert.Equal(stored, await ListAsync(house, ticker, span, "0", "99999999999999", null, null));
        }
    }

    [Fact]
    public async Task Both_ends_are_within_the_range_and_an_empty_one_has_empty_results()
    {
        await using var house = await WebHouse.OpenAsync(server);
        await house.StoreAsync(WebHouse.Minutes(0, 5));
        var (from, to) = (Milliseconds(WebHouse.Minute(1)), Milliseconds(WebHouse.Minute(3)));
        Assert.Equal(3, (await ListAsync(house, "C:EURUSD", "1/minute", $"{from}", $"{to}", "asc", null)).Count);
        Assert.Equal(5, (await ListAsync(house, "C:EURUSD", "1/minute", "2024-03-04", "2024-03-04", "asc", null)).Count);
        Assert.Equal(5, (await ListAsync(house, "C:EURUSD", "1/minute", "2024-03-04", "2024-03-04", "desc", 5)).Count);
        var empty = await house.JsonAsync("/v2/aggs/ticker/I:DXY/range/1/minute/2001-01-01/2001-01-02");
        Assert.Equal(
            ("OK", 0, 0),
            (
                empty.GetProperty("status").GetString(),
                empty.GetProperty("resultsCount").GetInt32(),
                empty.GetProperty("results").GetArrayLength()
            )
        );
    }

    [Fact]
    public async Task An_index_has_prices_alone_and_a_pair_its_volume()
    {
        await using var house = await WebHouse.OpenAsync(server);
        await house.StoreAsync(WebHouse.Minutes(0, 1));
        await house.DrainAsync();
        var pair = (await house.JsonAsync("/v2/aggs/ticker/C:EURUSD/range/1/minute/2024-03-04/2024-03-04")).GetProperty("results")[0];
        Assert.Equal((10m, 3), (pair.GetProperty("v").GetDecimal(), pair.GetProperty("n").GetInt32()));
        var index = (await house.JsonAsync("/v2/aggs/ticker/I:DXY/range/1/minute/2024-03-04/2024-03-04")).GetProperty("results")[0];
        Assert.Equal(["o", "c", "h", "l", "t"], index.EnumerateObject().Select(field => field.Name));
        using var csv = await house.GetAsync("/v2/aggs/ticker/C:EURUSD/range/1/minute/2024-03-04/2024-03-04", ("Accept", "text/csv"));
        Assert.StartsWith("c,h,l,n,o,t,v,vw\n1.08430000,", await csv.Content.ReadAsStringAsync(WebHouse.Token), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("X:BTCUSD/range/1/minute/2024-03-04/2024-03-04", 404, "NOT_FOUND")]
    [InlineData("I:DXY/range/7/minute/2024-03-04/2024-03-04", 400, "ERROR")]
    [InlineData("I:DXY/range/1/fortnight/2024-03-04/2024-03-04", 400, "ERROR")]
    [InlineData("I:DXY/range/1/minute/yesterday/2024-03-04", 400, "ERROR")]
    [InlineData("I:DXY/range/1/minute/2024-03-04/2024-03-04?limit=50001", 400, "ERROR")]
    [InlineData("I:DXY/range/1/minute/2024-03-04/2024-03-04?sort=up", 400, "ERROR")]
    [InlineData("I:DXY/range/1/minute/2024-03-04/2024-03-04?cursor=%00%00", 400, "ERROR")]
    public async Task What_means_nothing_is_refused_in_the_same_shape(string path, int status, string word)
    {
        await using var house = await WebHouse.OpenAsync(server);
        using var answer = await house.GetAsync("/v2/aggs/ticker/" + path);
        using var document = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(WebHouse.Token));
        Assert.Equal((status, word), ((int)answer.StatusCode, document.RootElement.GetProperty("status").GetString()));
        Assert.NotEmpty(document.RootElement.GetProperty("request_id").GetString()!);
        using var stranger = await house.GetAsync(
            "/v2/aggs/ticker/I:DXY/range/1/minute/2024-03-04/2024-03-04",
            (WebHouse.From, "192.0.2.1")
        );
        Assert.Equal(401, (int)stranger.StatusCode);
    }

    // As the official client does it: only the path and the query of next_url, on its own base, and the parameters dropped.
    static async Task<List<string>> ListAsync(WebHouse house, string ticker, string span, string from, string to, string? sort, int? limit)
    {
        var seen = new List<string>();
        string? url = string.Create(
            CultureInfo.InvariantCulture,
            $"/v2/aggs/ticker/{ticker}/range/{span}/{from}/{to}?adjusted=true{Parameter("sort", sort)}{Parameter("limit", limit)}"
        );
        for (var pages = 0; url is not null; pages++)
        {
            Assert.True(pages < 50, "the client asks for ever");
            using var answer = await house.GetAsync(url, ("Authorization", "Bearer KEY"), ("Accept-Encoding", "gzip"));
            Assert.Equal(200, (int)answer.StatusCode);
            using var document = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(WebHouse.Token));
            foreach (var bar in document.RootElement.GetProperty("results").EnumerateArray())
            {
                seen.Add(string.Join('|', ((string[])["t", "o", "h", "l", "c"]).Select(name => bar.GetProperty(name).GetRawText())));
            }

            url = document.RootElement.TryGetProperty("next_url", out var next) ? new Uri(next.GetString()!).PathAndQuery : null;
        }

        return seen;
    }

    static string Parameter(string name, object? value) => value is null ? "" : $"&{name}={value}";

    static long Milliseconds(UtcTime time) => time.ToDateTimeOffset().ToUnixTimeMilliseconds();
}
