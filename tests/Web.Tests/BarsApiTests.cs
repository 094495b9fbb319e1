using System.Net;
using System.Text.Json;
using DxyOrleans.Testing;

namespace DxyOrleans.Web.Tests;

/// <summary>Bars over HTTP are the table's, value for value, a page at a time.</summary>
public sealed class BarsApiTests(TestServer server)
{
    static string Table(string table, string symbol, string timeframe) =>
        $"""
            SELECT concat_ws('|', to_char(ts_utc AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
                             open, high, low, close, vol, trade_count)
            FROM {table} WHERE canonical_symbol = '{symbol}' AND timeframe = '{timeframe}' ORDER BY ts_utc
            """;

    [Fact]
    public async Task Json_says_what_the_table_says_of_pairs_index_and_rollups()
    {
        await using var house = await WebHouse.OpenAsync(server);
        await house.StoreAsync(WebHouse.Minutes(0, 12));
        await house.DrainAsync();
        foreach (
            var (symbol, timeframe, table, count) in ((string, string, string, int)[])
                [("EURUSD", "1m", "data_bars", 12), ("DXY", "1m", "data_bars", 12), ("DXY", "5m", "derived_data_bars", 3)]
        )
        {
            var document = await house.JsonAsync($"/api/v1/bars/{symbol}/{timeframe}?from={WebHouse.Open}");
            Assert.Equal("dxy.bars/1", document.GetProperty("schema").GetString());
            var bars = document.GetProperty("bars").EnumerateArray().Select(Line).ToList();
            Assert.Equal(count, bars.Count);
            Assert.Equal(await house.TextsAsync(Table(table, symbol, timeframe)), bars);
        }
    }

    [Fact]
    public async Task Pages_by_their_links_give_each_bar_once_and_end()
    {
        await using var house = await WebHouse.OpenAsync(server);
        await house.StoreAsync(WebHouse.Minutes(0, 23));
        var all = await house.JsonAsync($"/api/v1/bars/EURUSD/1m?from={WebHouse.Open}");
        Assert.Equal(JsonValueKind.Null, all.GetProperty("next_url").ValueKind);
        var seen = new List<string>();
        var pages = 0;
        string? url = $"/api/v1/bars/EURUSD/1m?from={WebHouse.Open}&limit=5";
        while (url is not null)
        {
            using var answer = await house.GetAsync(url);
            using var page = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(WebHouse.Token));
            seen.AddRange(page.RootElement.GetProperty("bars").EnumerateArray().Select(Line));
            url = page.RootElement.GetProperty("next_url").GetString();
            Assert.Equal(url is not null, answer.Headers.TryGetValues("Link", out var link) && link.Single() == $"<{url}>; rel=\"next\"");
            pages++;
        }

        Assert.Equal(5, pages);
        Assert.Equal(all.GetProperty("bars").EnumerateArray().Select(Line), seen);
    }

    [Fact]
    public async Task Without_a_beginning_the_newest_are_given()
    {
        await using var house = await WebHouse.OpenAsync(server);
        await house.StoreAsync(WebHouse.Minutes(0, 9));
        var newest = await house.JsonAsync($"/api/v1/bars/EURUSD/1m?limit=3&to={WebHouse.Minute(8)}");
        Assert.Equal(
            [WebHouse.Minute(5).ToString(), WebHouse.Minute(6).ToString(), WebHouse.Minute(7).ToString()],
            newest.GetProperty("bars").EnumerateArray().Select(bar => bar.GetProperty("ts_utc").GetString())
        );
        var none = await house.JsonAsync("/api/v1/bars/DXY/1h");
        Assert.Equal(0, none.GetProperty("bars").GetArrayLength());
    }

    [Fact]
    public async Task What_bars_were_at_an_instant_is_given_for_ever_and_only_that()
    {
        await using var house = await WebHouse.OpenAsync(server);
        await house.RunAsync("DELETE FROM dxy.clock");
        await house.StoreAsync(WebHouse.Fx("EURUSD", 0, 1.1m), WebHouse.Fx("EURUSD", 1, 1.2m));
        await house.RunAsync("UPDATE data_bars SET created_at = now() - interval '1 hour', ingested_at = now() - interval '1 hour'");
        await house.RunAsync("UPDATE data_bars SET close = 1.1005 WHERE ts_utc = '" + WebHouse.Minute(0) + "'");
        await house.RunAsync("DELETE FROM data_bars WHERE ts_utc = '" + WebHouse.Minute(1) + "'");
        var then = await house.ValueAsync<string>(
            "SELECT to_char((now() - interval '30 minutes') AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')"
        );
        using (var answer = await house.GetAsync($"/api/v1/bars/EURUSD/1m?from={WebHouse.Open}&as_of={then}&limit=10"))
        {
            using var page = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(WebHouse.Token));
            Assert.Equal(
                [1.1m, 1.2m],
                page.RootElement.GetProperty("bars").EnumerateArray().Select(bar => bar.GetProperty("close").GetDecimal())
            );
            Assert.Contains("immutable", answer.Headers.CacheControl!.ToString(), StringComparison.Ordinal);
        }

        using (var answer = await house.GetAsync($"/api/v1/bars/EURUSD/1m?from={WebHouse.Open}&as_of={then}&limit=1"))
        {
            using var page = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(WebHouse.Token));
            Assert.Equal(1, page.RootElement.GetProperty("bars").GetArrayLength());
            Assert.Contains("as_of=", page.RootElement.GetProperty("next_url").GetString(), StringComparison.Ordinal);
        }

        using var now = await house.GetAsync($"/api/v1/bars/EURUSD/1m?from={WebHouse.Open}");
        Assert.DoesNotContain("immutable", now.Headers.CacheControl!.ToString(), StringComparison.Ordinal);
        using var future = await house.GetAsync($"/api/v1/bars/EURUSD/1m?from={WebHouse.Open}&as_of=9000-01-01T00:00:00Z");
        Assert.Equal(400, (await WebHouse.ProblemAsync(future)).Status);
    }

    [Fact]
    public async Task An_answer_that_a_reader_has_is_confirmed_until_a_value_changes()
    {
        await using var house = await WebHouse.OpenAsync(server);
        await house.StoreAsync(WebHouse.Minutes(0, 3));
        var url = $"/api/v1/bars/EURUSD/1m?from={WebHouse.Open}";
        using var first = await house.GetAsync(url);
        var tag = first.Headers.ETag!.ToString();
        Assert.False(first.Headers.ETag.IsWeak);
        using (var again = await house.GetAsync(url, ("If-None-Match", tag)))
        {
            Assert.Equal(HttpStatusCode.NotModified, again.StatusCode);
            Assert.Equal("", await again.Content.ReadAsStringAsync(WebHouse.Token));
        }

        // By a program that leaves updated_at as it was.
        await house.RunAsync(
            $"UPDATE data_bars SET close = close + 0.0001 WHERE canonical_symbol = 'EURUSD' AND ts_utc = '{WebHouse.Minute(1)}'"
        );
        using var changed = await house.GetAsync(url, ("If-None-Match", tag));
        Assert.Equal(HttpStatusCode.OK, changed.StatusCode);
        Assert.NotEqual(tag, changed.Headers.ETag!.ToString());
    }

    [Fact]
    public async Task Csv_of_a_long_range_comes_whole_in_the_import_format()
    {
        await using var house = await WebHouse.OpenAsync(server);
        await house.RunAsync(
            $"""
            ALTER TABLE data_bars DROP CONSTRAINT data_bars_source_check;
            INSERT INTO data_bars (canonical_symbol, timeframe, ts_utc, open, high, low, close, vol, source)
            SELECT 'EURUSD', '1m', timestamptz '{WebHouse.Open}' + make_interval(mins => i), 1.1, 1.5, 1.0, 1.1 + i * 0.00001, 5, 'a "b", c'
            FROM generate_series(0, 24999) AS i
            """
        );
        var text = await house.TextAsync($"/api/v1/bars/EURUSD/1m?from={WebHouse.Open}&format=csv");
        var lines = text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(25_001, lines.Length);
        Assert.Equal(
            "canonical_symbol,timeframe,ts_utc,open,high,low,close,vol,vwap,trade_count,is_partial,"
                + "source,ingested_at,raw,created_at,updated_at",
            lines[0]
        );
        Assert.Equal(25_001, lines.Distinct().Count());
        Assert.StartsWith(
            $"EURUSD,1m,{WebHouse.Minute(24_999)},1.10000000,1.50000000,1.00000000,1.34999000,",
            lines[^1],
            StringComparison.Ordinal
        );
        Assert.Contains("\"a \"\"b\"\", c\"", lines[1], StringComparison.Ordinal);
        using var accepted = await house.GetAsync($"/api/v1/bars/EURUSD/1m?from={WebHouse.Open}&limit=2", ("Accept", "text/csv"));
        Assert.Equal(
            3,
            (await accepted.Content.ReadAsStringAsync(WebHouse.Token)).Split('\n', StringSplitOptions.RemoveEmptyEntries).Length
        );
    }

    [Fact]
    public async Task Rows_that_are_no_bars_are_shown_beside_the_others()
    {
        await using var house = await WebHouse.OpenAsync(server);
        await house.RunAsync(
            "ALTER TABLE data_bars DROP CONSTRAINT data_bars_prices_check; ALTER TABLE data_bars ALTER COLUMN close DROP NOT NULL"
        );
        await house.StoreAsync(WebHouse.Minutes(0, 1));
        await house.RunAsync(
            $"""
            INSERT INTO data_bars (canonical_symbol, timeframe, ts_utc, open, high, low, close, vol, source)
            SELECT 'EURUSD', '1m', timestamptz '{WebHouse.Open}' + make_interval(mins => i), 1.1, 1.2, 1.0, v, 5, 'ingest'
            FROM (VALUES (1, 'NaN'::numeric), (2, NULL), (3, 1.15)) AS x(i, v)
            """
        );
        var bars = (await house.JsonAsync($"/api/v1/bars/EURUSD/1m?from={WebHouse.Open}")).GetProperty("bars");
        Assert.Equal(
            [JsonValueKind.Number, JsonValueKind.Null, JsonValueKind.Null, JsonValueKind.Number],
            bars.EnumerateArray().Select(bar => bar.GetProperty("close").ValueKind)
        );
    }

    static string Line(JsonElement bar) =>
        string.Join(
            '|',
            ((string[])["ts_utc", "open", "high", "low", "close", "vol", "trade_count"]).Select(name => Text(bar.GetProperty(name)))
        );

    static string Text(JsonElement value) => value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText();
}
