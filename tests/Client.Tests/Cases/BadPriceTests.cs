using DxyOrleans.Testing;

namespace DxyOrleans.Client.Tests.Cases;

/// <summary>Prices that are none, in a host's own table without checks: the minute is named and set aside, all beside it goes on, and once
/// mended it is derived by itself.</summary>
public sealed class BadPriceTests(TestServer server)
{
    const string From = "2019-10-24T10:00:00Z";
    const string To = "2019-10-24T10:10:00Z";

    static async Task<CaseHost> HostAsync(TestServer server)
    {
        var host = await CaseHost.OpenAsync(server, before: "43-shop-without-checks.sql");
        await host.PlayAsync("44-bad-prices.sql");
        return host;
    }

    [Fact]
    public async Task Six_minutes_are_derived_and_four_named()
    {
        await using var host = await HostAsync(server);
        var derived = await host.Console.RunAsync("derive", "DXY", "--from", From, "--to", To);
        Assert.True(derived.Code == 10, derived.ToString());
        Assert.Equal(
            ["10:00 97.2622006", "10:03 97.2622006", "10:04 97.25600917", "10:07 97.2622006", "10:08 97.2622006", "10:09 97.2622006"],
            (await host.BarsAsync("DXY", "1m", From, To)).Select(bar => string.Join(' ', bar.Split(' ')[..2]))
        );
        var verified = await host.VerifyAsync("DXY", From, To, "--timeframe", "1m");
        Assert.Equal((10, "1m 6 compared, 4 unfit"), (verified.Code, Assert.Single(CaseHost.Found(verified))));
        var reasons = verified
            .Json.GetProperty("targets")[0]
            .GetProperty("unfit_inputs")
            .EnumerateArray()
            .Select(part => part.GetProperty("reason").GetString()!)
            .ToList();
        foreach (
            var (says, reason) in (
                (string[])
                    ["close of EURUSD is NaN", "close of EURUSD is 0, and", "close of GBPUSD is Infinity", "close of GBPUSD is -1.29, and"]
            ).Zip(reasons)
        )
        {
            Assert.StartsWith(says, reason);
        }

        var due = await host.DueAsync();
        Assert.All((string[])["10:01:00Z", "10:02:00Z", "10:05:00Z", "10:06:00Z"], minute =>
            Assert.Contains(due, row => row.Contains($"DXY/1m 2019-10-24T{minute}", StringComparison.Ordinal))
        );
        Assert.DoesNotContain(due, row => row.Contains('\n', StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("01", "close of EURUSD is NaN")]
    [InlineData("02", "close of EURUSD is 0")]
    [InlineData("05", "close of GBPUSD is Infinity")]
    [InlineData("06", "close of GBPUSD is -1.29")]
    public async Task Explain_says_why(string minute, string reason)
    {
        await using var host = await HostAsync(server);
        var called = await host.Console.RunAsync("explain", "DXY", $"2019-10-24T10:{minute}:00Z");
        Assert.True(called.Code == 0, called.ToString());
        Assert.Contains(reason, called.Out);
        Assert.Equal(0, (await host.Console.RunAsync("explain", "DXY", $"2019-10-24T10:{minute}:00Z", "--json")).Code);
    }

    [Theory]
    [InlineData("EURUSD")]
    [InlineData("GBPUSD")]
    [InlineData("USDJPY")]
    [InlineData("DXY")]
    public async Task Every_verb_that_looks_ends_with_its_own_code(string symbol)
    {
        await using var host = await HostAsync(server);
        var verified = await host.VerifyAsync(symbol, From, To);
        Assert.Equal(symbol == "USDJPY" ? 0 : 10, verified.Code);
        foreach (
            var verb in (string[][])
                [
                    ["bars", symbol, "1m"],
                    ["bars", symbol, "5m"],
                    ["gaps", symbol],
                    ["bars", symbol, "1m", "--format", "csv"],
                    ["bars", symbol, "1m", "--as-of", "2019-10-25T00:00:00Z"],
                ]
        )
        {
            foreach (
                var more in (string[][])
                    [
                        [],
                        ["--json"],
                    ]
            )
            {
                var called = await host.Console.RunAsync([.. verb, "--from", From, "--to", To, .. more]);
                Assert.True(called.Code == 0, string.Join(' ', verb) + called);
            }
        }

        Assert.Contains(await Names(host, symbol), text =>
            symbol == "USDJPY" || text.Contains(symbol == "GBPUSD" ? "high is Infinity" : "close is NaN", StringComparison.Ordinal)
        );
        Assert.DoesNotContain("this is a bug", (await host.Console.RunAsync("health")).ToString());
    }

    [Fact]
    public async Task Mended_it_is_derived_by_itself_and_nothing_is_left()
    {
        await using var host = await HostAsync(server);
        await host.ThenAsync(
            "UPDATE data_bars SET open = 1.117, high = 1.117, low = 1.117, close = 1.117 WHERE canonical_symbol = 'EURUSD'"
        );
        await host.ThenAsync("UPDATE data_bars SET open = 1.29, high = 1.29, low = 1.29, close = 1.29 WHERE canonical_symbol = 'GBPUSD'");
        Assert.All(await host.BarsAsync("DXY", "1m", From, To), bar => Assert.EndsWith("97.2622006 0", bar));
        foreach (var symbol in (string[])["DXY", "EURUSD", "GBPUSD"])
        {
            Assert.Equal(0, (await host.VerifyAsync(symbol, From, To)).Code);
        }

        Assert.Empty(await host.DueAsync());
    }

    [Theory]
    [InlineData("open", "'NaN'")]
    [InlineData("high", "'NaN'")]
    [InlineData("low", "'NaN'")]
    [InlineData("low", "0")]
    [InlineData("low", "-1")]
    [InlineData("high", "'Infinity'")]
    [InlineData("low", "'-Infinity'")]
    [InlineData("high", "0.5")]
    [InlineData("close", "5")]
    [InlineData("open", "0.5")]
    [InlineData("high", "1000000000000")]
    [InlineData("high", "12345678901234567890123456789012345678901234567890")]
    [InlineData("low", "0.000000001")]
    public async Task A_price_that_is_none_takes_its_minute_out_of_the_rollups_and_is_named(string column, string value)
    {
        await using var host = await CaseHost.OpenAsync(server, before: "43-shop-without-checks.sql");
        await host.RunAsync(
            $"""
            INSERT INTO data_bars (canonical_symbol, timeframe, ts_utc, open, high, low, close, vol, source)
            SELECT 'EURUSD', '1m', timestamptz '{From}' + i * interval '1 minute', 1.1 + i * 0.01, 1.2 + i * 0.01, 1.0 - i * 0.01,
              1.15 + i * 0.01, i, 'ingest' FROM generate_series(0, 9) AS i;
            UPDATE data_bars SET {column} = {value} WHERE extract(minute FROM ts_utc) = 4
            """
        );
        await host.SettleAsync();
        Assert.Equal(["10:00 1.1 1.23 0.97 1.18 6", "10:05 1.15 1.29 0.91 1.24 35"], await host.BarsAsync("EURUSD", "5m", From, To));
        Assert.Equal(["10:00 1.1 1.29 0.91 1.24 41"], await host.BarsAsync("EURUSD", "1h", From, To));
        var verified = await host.VerifyAsync("EURUSD", From, To);
        Assert.Equal(["5m 2 compared, 1 unfit", "1h 1 compared, 1 unfit"], CaseHost.Found(verified));
        Assert.All(await host.DueAsync(), row => Assert.Contains($"{column} of EURUSD is ", row, StringComparison.Ordinal));
        await host.ThenAsync("UPDATE data_bars SET open = 1.1, high = 1.2, low = 1, close = 1.1 WHERE extract(minute FROM ts_utc) = 4");
        Assert.Equal(0, (await host.VerifyAsync("EURUSD", From, To)).Code);
        Assert.Empty(await host.DueAsync());
    }

    [Fact]
    public async Task A_bucket_whose_minutes_are_all_bad_is_named_and_made_once_they_are_mended()
    {
        await using var host = await CaseHost.OpenAsync(server, before: "43-shop-without-checks.sql");
        await host.ThenAsync(
            $"""
            INSERT INTO data_bars (canonical_symbol, timeframe, ts_utc, open, high, low, close, vol, source)
            SELECT 'EURUSD', '1m', timestamptz '{From}' + i * interval '1 minute', 1.1, 1.1, 1.1, CASE WHEN i < 5 THEN 'NaN' ELSE 1.1 END,
              i, 'ingest' FROM generate_series(0, 9) AS i
            """
        );
        Assert.Equal(["10:05 1.1 1.1 1.1 1.1 35"], await host.BarsAsync("EURUSD", "5m", From, To));
        Assert.Contains(await host.DueAsync(), row =>
            row.StartsWith("EURUSD/5m 2019-10-24T10:00:00Z change close of EURUSD is NaN", StringComparison.Ordinal)
        );
        Assert.Equal(10, (await host.VerifyAsync("EURUSD", From, To)).Code);
        await host.ThenAsync("UPDATE data_bars SET close = 1.1");
        Assert.Equal(["10:00 1.1 1.1 1.1 1.1 10", "10:05 1.1 1.1 1.1 1.1 35"], await host.BarsAsync("EURUSD", "5m", From, To));
        Assert.Empty(await host.DueAsync());
    }

    [Theory]
    [InlineData("'infinity'", "lies in the future")]
    [InlineData("'51773-01-01T00:00:00Z'", "51773-01-01T00:00:00Z, lies in the future")]
    [InlineData("'-infinity'", "lies in the past")]
    [InlineData("'0044-03-15 BC'", "lies in the past")]
    public async Task A_time_beyond_the_calendar_is_named_and_hurts_nothing_beside_it(string time, string says)
    {
        await using var host = await CaseHost.OpenAsync(server, before: "43-shop-without-checks.sql");
        await host.PlayAsync("30-plain-sql.sql");
        await host.ThenAsync(
            $"""
            INSERT INTO data_bars (canonical_symbol, timeframe, ts_utc, open, high, low, close, source)
            SELECT s, '1m', {time}, 1, 1, 1, 1, 'ingest' FROM unnest(ARRAY['EURUSD', 'DXY']) AS s;
            INSERT INTO derived_data_bars (canonical_symbol, timeframe, ts_utc, open, high, low, close, source) VALUES ('EURUSD', '5m',
              {time}, 1, 1, 1, 1, 'derived');
            UPDATE data_bars SET created_at = 'infinity', updated_at = '-infinity', ingested_at = '51773-01-01'
              WHERE canonical_symbol = 'EURUSD'
            """
        );
        var health = await host.Console.RunAsync("health");
        Assert.Contains(says, health.Out);
        Assert.DoesNotContain("this is a bug", health.ToString());
        Assert.Equal(
            ["10:00 98.40032463", "10:01 98.39656881", "10:02 98.39281348"],
            (await host.BarsAsync("DXY", "1m", "2019-10-15T10:00:00Z", "2019-10-15T11:00:00Z")).Select(bar =>
                string.Join(' ', bar.Split(' ')[..2])
            )
        );
        Assert.Equal(0, (await host.VerifyAsync("DXY", "2019-10-15T10:00:00Z", "2019-10-15T11:00:00Z")).Code);
        foreach (
            var verb in (string[][])
                [
                    ["bars", "EURUSD", "1m"],
                    ["bars", "EURUSD", "5m"],
                    ["bars", "EURUSD", "1m", "--last", "2"],
                    ["explain", "DXY", "2019-10-15T10:01:00Z"],
                    ["gaps", "EURUSD", "--from", "2019-10-15T10:00:00Z", "--to", "2019-10-15T11:00:00Z"],
                ]
        )
        {
            var called = await host.Console.RunAsync(verb);
            Assert.True(called.Code == 0, string.Join(' ', verb) + called);
        }
    }

    static async Task<string[]> Names(CaseHost host, string symbol)
    {
        var called = await host.Console.RunAsync("gaps", symbol, "--from", From, "--to", To);
        return [called.Out];
    }
}
