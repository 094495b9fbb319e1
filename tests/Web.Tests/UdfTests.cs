using DxyOrleans.Core.Time;
using DxyOrleans.Testing;

namespace DxyOrleans.Web.Tests;

/// <summary>TradingView's library reads our bars by its own adapter's rules.</summary>
public sealed class UdfTests(TestServer server)
{
    [Fact]
    public async Task A_chart_finds_the_index_scrolls_through_all_of_it_and_follows()
    {
        await using var house = await WebHouse.OpenAsync(server);
        await house.StoreAsync(WebHouse.Minutes(0, 50));
        await house.DrainAsync();
        var chart = new UdfClient(house);
        var config = await chart.ConfigAsync();
        var found = (await chart.SearchAsync("dx")).EnumerateArray().Single();
        Assert.Equal(("DXY", "index"), (found.GetProperty("symbol").GetString(), found.GetProperty("type").GetString()));
        var info = await chart.ResolveAsync(found.GetProperty("full_name").GetString()!);
        Assert.Equal("1700-1700", info.GetProperty("session").GetString());
        Assert.Equal(1000, info.GetProperty("pricescale").GetInt32());
        Assert.False(info.GetProperty("has_empty_bars").GetBoolean());
        Assert.Equal(["1", "5", "60"], info.GetProperty("intraday_multipliers").EnumerateArray().Select(one => one.GetString()));
        Assert.All(info.GetProperty("supported_resolutions").EnumerateArray(), one =>
            Assert.Contains(one.GetString(), config.GetProperty("supported_resolutions").EnumerateArray().Select(two => two.GetString()))
        );

        foreach (
            var (resolution, table, timeframe) in ((string, string, string)[])[("1", "data_bars", "1m"), ("5", "derived_data_bars", "5m")]
        )
        {
            var seen = await chart.ScrollAsync("DXY", resolution, Seconds(WebHouse.Minute(10_000)), 7);
            Assert.Equal(
                await house.TextsAsync(
                    $"""
                    SELECT concat_ws('|', extract(epoch FROM ts_utc)::bigint, open, high, low, close)
                    FROM {table} WHERE canonical_symbol = 'DXY' AND timeframe = '{timeframe}' ORDER BY ts_utc
                    """
                ),
                seen.Select(bar => FormattableString.Invariant($"{bar.Time}|{bar.Open}|{bar.High}|{bar.Low}|{bar.Close}"))
            );
            Assert.All(seen, bar => Assert.Null(bar.Volume));
        }

        var last = await chart.PollAsync("DXY", "1", Seconds(WebHouse.Minute(50)), null);
        await house.StoreAsync(WebHouse.Minutes(50, 1));
        await house.DrainAsync();
        var next = await chart.PollAsync("DXY", "1", Seconds(WebHouse.Minute(51)), last.Time);
        Assert.Equal(last.Time + 60, next.Time);
    }

    [Fact]
    public async Task A_poll_after_a_weekend_still_has_the_bar_before()
    {
        await using var house = await WebHouse.OpenAsync(server);
        await house.StoreAsync(WebHouse.Minutes(0, 2));
        await house.StoreAsync(WebHouse.Fx("EURUSD", 3 * 24 * 60));
        var chart = new UdfClient(house);
        var (bars, _) = await chart.HistoryAsync(
            "EURUSD",
            "1",
            Seconds(WebHouse.Minute((3 * 24 * 60) - 10)),
            Seconds(WebHouse.Minute((3 * 24 * 60) + 1)),
            2
        );
        Assert.Equal([Seconds(WebHouse.Minute(1)), Seconds(WebHouse.Minute(3 * 24 * 60))], bars.Select(bar => bar.Time));
        Assert.All(bars, bar => Assert.Equal(10m, bar.Volume));
    }

    [Fact]
    public async Task Without_countback_the_range_is_kept_and_a_hole_says_where_the_next_bar_is()
    {
        await using var house = await WebHouse.OpenAsync(server);
        await house.StoreAsync(WebHouse.Minutes(0, 10));
        var chart = new UdfClient(house);
        var (bars, _) = await chart.HistoryAsync("EURUSD", "1", Seconds(WebHouse.Minute(3)), Seconds(WebHouse.Minute(6)), null);
        Assert.Equal(new[] { 3, 4, 5 }.Select(minute => Seconds(WebHouse.Minute(minute))), bars.Select(bar => bar.Time));
        var (none, next) = await chart.HistoryAsync("EURUSD", "1", Seconds(WebHouse.Minute(100)), Seconds(WebHouse.Minute(200)), null);
        Assert.Empty(none);
        Assert.Equal(Seconds(WebHouse.Minute(9)), next);
        Assert.Equal(
            (0, null),
            (await chart.HistoryAsync("EURUSD", "1", -5, Seconds(WebHouse.Open), null)) is var (left, nowhere)
                ? (left.Count, nowhere)
                : default
        );
    }

    [Fact]
    public async Task Rows_that_are_no_bars_or_not_final_are_left_out_and_the_count_is_kept()
    {
        await using var house = await WebHouse.OpenAsync(server);
        await house.RunAsync("ALTER TABLE data_bars DROP CONSTRAINT data_bars_prices_check");
        await house.StoreAsync(WebHouse.Minutes(0, 10));
        await house.RunAsync(
            $"""
            UPDATE data_bars SET close = 'NaN' WHERE ts_utc = '{WebHouse.Minute(8)}';
            UPDATE data_bars SET is_partial = true WHERE ts_utc = '{WebHouse.Minute(9)}'
            """
        );
        var (bars, _) = await new UdfClient(house).HistoryAsync("EURUSD", "1", 0, Seconds(WebHouse.Minute(20)), 3);
        Assert.Equal(new[] { 5, 6, 7 }.Select(minute => Seconds(WebHouse.Minute(minute))), bars.Select(bar => bar.Time));
    }

    [Theory]
    [InlineData("/udf/symbols?symbol=NOPE")]
    [InlineData("/udf/symbols")]
    [InlineData("/udf/history?symbol=EURUSD&resolution=7&from=0&to=1")]
    [InlineData("/udf/history?symbol=EURUSD&resolution=1&from=0")]
    [InlineData("/udf/history?symbol=EURUSD&resolution=1&from=x&to=1")]
    [InlineData("/udf/history?symbol=EURUSD&resolution=1&from=0&to=1&countback=0")]
    public async Task What_means_nothing_is_an_error_that_the_library_shows(string url)
    {
        await using var house = await WebHouse.OpenAsync(server);
        var answer = await house.JsonAsync(url);
        Assert.Equal("error", answer.GetProperty("s").GetString());
        Assert.NotEmpty(answer.GetProperty("errmsg").GetString()!);
    }

    [Fact]
    public async Task Time_is_seconds_in_plain_text_and_strangers_are_refused()
    {
        await using var house = await WebHouse.OpenAsync(server);
        Assert.Equal(Seconds(WebHouse.Open + TimeSpan.FromDays(1)), long.Parse(await house.TextAsync("/udf/time"), null));
        using var stranger = await house.GetAsync("/udf/config", (WebHouse.From, "192.0.2.1"));
        Assert.Equal(401, (int)stranger.StatusCode);
    }

    static long Seconds(UtcTime time) => time.ToDateTimeOffset().ToUnixTimeSeconds();
}
