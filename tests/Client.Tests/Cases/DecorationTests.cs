using DxyOrleans.Testing;

namespace DxyOrleans.Client.Tests.Cases;

/// <summary>Volume, count and volume-weighted price only decorate a bar: whatever stands there, its prices count.</summary>
public sealed class DecorationTests(TestServer server)
{
    const string Ten = "2019-10-18T10:00:00Z";
    const string Eleven = "2019-10-18T11:00:00Z";

    [Fact]
    public async Task A_minute_whose_volume_is_minus_one_counts_in_its_rollups()
    {
        await using var host = await CaseHost.OpenAsync(server);
        await host.PlayAsync("34-one-minus-one-in-five.sql");
        Assert.Equal(["10:00 1.286 1.2899 1.2858 1.2863 15"], await host.BarsAsync("GBPUSD", "5m", Ten, Eleven));
        Assert.Equal(["10:00 1.286 1.2899 1.2858 1.2863 15"], await host.BarsAsync("GBPUSD", "1h", Ten, Eleven));
        Assert.Equal(
            """{"kind": "rollup", "inputs": 5, "unknown": {"vol": 2, "trade_count": 2}, "expected": 5}""",
            await host.ValueAsync("SELECT raw::text FROM derived_data_bars WHERE canonical_symbol = 'GBPUSD' AND timeframe = '5m'")
        );
        Assert.Equal(0, (await host.VerifyAsync("GBPUSD", Ten, Eleven)).Code);
        Assert.Empty(await host.DueAsync());

        // Corrected afterwards to a proper volume.
        await host.ThenAsync("UPDATE data_bars SET vol = 7, trade_count = 3 WHERE canonical_symbol = 'GBPUSD' AND vol = -1");
        Assert.Equal(["10:00 1.286 1.2899 1.2858 1.2863 29"], await host.BarsAsync("GBPUSD", "5m", Ten, Eleven));
        Assert.Equal(
            """{"kind": "rollup", "inputs": 5, "expected": 5}""",
            await host.ValueAsync("SELECT raw::text FROM derived_data_bars WHERE canonical_symbol = 'GBPUSD' AND timeframe = '5m'")
        );
        Assert.Equal(0, (await host.VerifyAsync("GBPUSD", Ten, Eleven)).Code);
    }

    [Fact]
    public async Task A_pair_without_any_volume_is_rolled_up()
    {
        await using var host = await CaseHost.OpenAsync(server);
        await host.PlayAsync("31-ib-volume-minus-one.sql");
        Assert.Equal(
            ["10:00 1.101 1.1012 1.1009 1.1011 0", "10:05 1.101 1.1012 1.1009 1.1011 0"],
            await host.BarsAsync("EURUSD", "5m", "2019-10-16T10:00:00Z", "2019-10-16T11:00:00Z")
        );
        Assert.Equal(
            ["10:00 1.101 1.1012 1.1009 1.1011 0"],
            await host.BarsAsync("EURUSD", "1h", "2019-10-16T10:00:00Z", "2019-10-16T11:00:00Z")
        );
        Assert.Equal(0, (await host.VerifyAsync("EURUSD", "2019-10-16T10:00:00Z", "2019-10-16T11:00:00Z")).Code);
    }

    [Theory]
    [InlineData("GBPUSD", "10:00 1.28 1.29 1.27 1.2855 10", """{"trade_count": 1}""")]
    [InlineData("USDCAD", "10:00 1.31 1.32 1.3 1.3155 10", """{"vwap": 1}""")]
    [InlineData("USDCHF", "10:00 0.99 1 0.98 0.9955 10", """{"vwap": 1}""")]
    public async Task A_count_below_zero_or_a_weighted_price_that_is_none_keeps_nothing_out(string symbol, string bar, string unknown)
    {
        await using var host = await CaseHost.OpenAsync(server);
        await host.PlayAsync("52-count-and-vwap.sql");
        Assert.Equal([bar], await host.BarsAsync(symbol, "5m", "2019-10-30T10:00:00Z", "2019-10-30T10:05:00Z"));
        Assert.Equal(
            unknown,
            await host.ValueAsync(
                $"SELECT (raw->'unknown')::text FROM derived_data_bars WHERE canonical_symbol = '{symbol}' AND timeframe = '5m'"
            )
        );
        Assert.Equal(0, (await host.VerifyAsync(symbol, "2019-10-30T10:00:00Z", "2019-10-30T11:00:00Z")).Code);
    }

    [Theory]
    [InlineData("vol = -1, trade_count = -1")]
    [InlineData("vol = -4")]
    [InlineData("vol = 'NaN'")]
    [InlineData("vol = 'Infinity'")]
    [InlineData("vol = '-Infinity'")]
    [InlineData("vol = 1e15")]
    [InlineData("vol = 0")]
    [InlineData("vol = 12345678901234567890123456789")]
    [InlineData("vol = 0.12345678901234567890123456789")]
    [InlineData("vol = 999999999999999.999999999999999999999999999")]
    [InlineData("vwap = 'NaN'")]
    [InlineData("vwap = 0.000000000000000000001")]
    [InlineData("vwap = 2")]
    [InlineData("vwap = 12345678901234567890123456789")]
    [InlineData("trade_count = 2147483647")]
    public async Task Whatever_decorates_a_minute_the_prices_of_its_rollups_are_those_of_all(string set)
    {
        foreach (var minutes in (string[])["0", "4", "0, 1, 2, 3, 4"])
        {
            await using var host = await CaseHost.OpenAsync(server);
            await host.RunAsync(
                $"""
                INSERT INTO data_bars (canonical_symbol, timeframe, ts_utc, open, high, low, close, vol, vwap, trade_count, source)
                SELECT 'EURUSD', '1m', timestamptz '{Ten}' + i * interval '1 minute', 1.1 + i * 0.01, 1.2 + i * 0.01, 1.0 - i * 0.01,
                  1.15 + i * 0.01, i, 1.1, i, 'ingest' FROM generate_series(0, 4) AS i;
                UPDATE data_bars SET {set} WHERE extract(minute FROM ts_utc) IN ({minutes})
                """
            );
            await host.SettleAsync();
            Assert.Equal(
                "1.1 1.24 0.96 1.19",
                string.Join(' ', Assert.Single(await host.BarsAsync("EURUSD", "5m", Ten, Eleven)).Split(' ')[1..5])
            );
            Assert.Equal(0, (await host.VerifyAsync("EURUSD", Ten, Eleven)).Code);
            Assert.Empty(await host.DueAsync());
        }
    }

    [Theory]
    [InlineData("EURUSD", "1.1", "9902.99999999999818101059645414")]
    [InlineData("USDJPY", "108.1", "2")]
    [InlineData("GBPUSD", "1.26", "2")]
    [InlineData("USDCAD", "1.32", "2")]
    public async Task Numbers_too_long_for_a_decimal_stop_nothing(string symbol, string price, string volume)
    {
        await using var host = await CaseHost.OpenAsync(server);
        await host.PlayAsync("51-numbers-too-long.sql");
        foreach (var timeframe in (string[])["5m", "1h"])
        {
            var bar = Assert.Single(await host.BarsAsync(symbol, timeframe, "2019-10-15T11:00:00Z", "2019-10-15T12:00:00Z"));
            Assert.Equal($"11:00 {price} {price} {price} {price}", bar[..bar.LastIndexOf(' ')]);
            Assert.StartsWith(volume[..Math.Min(20, volume.Length)], bar[(bar.LastIndexOf(' ') + 1)..]);
        }

        Assert.Equal(0, (await host.VerifyAsync(symbol, "2019-10-15T11:00:00Z", "2019-10-15T12:00:00Z")).Code);
        Assert.Empty(await host.DueAsync());
        foreach (var verb in (string[])["bars", "gaps"])
        {
            var called = await host.Console.RunAsync([
                verb,
                symbol,
                .. verb == "bars" ? (string[])["1m"] : [],
                "--from",
                "2019-10-15T11:00:00Z",
                "--to",
                "2019-10-15T11:02:00Z",
            ]);
            Assert.True(called.Code == 0, called.ToString());
        }

        Assert.DoesNotContain("this is a bug", (await host.Console.RunAsync("health")).ToString());
    }

    [Fact]
    public async Task One_volume_that_is_no_number_leaves_every_bucket()
    {
        await using var host = await CaseHost.OpenAsync(server);
        await host.PlayAsync("32-one-nan-in-three-hours.sql");
        var bars = await host.BarsAsync("USDCHF", "5m", "2019-10-16T12:00:00Z", "2019-10-16T15:00:00Z");
        Assert.Equal(36, bars.Length);
        Assert.All(bars, bar => Assert.Equal("0.997 0.9972 0.9969 0.9971", string.Join(' ', bar.Split(' ')[1..5])));
        Assert.Equal(3, (await host.BarsAsync("USDCHF", "1h", "2019-10-16T12:00:00Z", "2019-10-16T15:00:00Z")).Length);
        Assert.Equal(0, (await host.VerifyAsync("USDCHF", "2019-10-16T12:00:00Z", "2019-10-16T15:00:00Z")).Code);
    }
}
