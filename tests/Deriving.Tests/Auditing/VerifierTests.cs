using DxyOrleans.Core.Time;
using DxyOrleans.Deriving.Auditing;
using DxyOrleans.Deriving.Due;
using DxyOrleans.Testing;

namespace DxyOrleans.Deriving.Tests.Auditing;

public sealed class VerifierTests(TestServer server)
{
    static readonly TimeRange All = new(TestHost.Minute(0), TestHost.Minute(240));

    const string Index = "canonical_symbol = 'DXY' AND ts_utc = '2024-03-04 08:10Z'";

    const string Rollup = "canonical_symbol = 'EURUSD' AND timeframe = '5m' AND ts_utc = '2024-03-04 08:10Z'";

    static async Task<TestHost> SettledAsync(TestServer server)
    {
        var host = await TestHost.OpenAsync(server);
        await host.StoreAsync(TestHost.Minutes(0, 60));
        await host.DrainAsync();
        return host;
    }

    static async Task<List<string>> CompareAsync(TestHost host, string target, bool onlyUnrecorded = false)
    {
        var comparison = await new TargetVerifier(host.Data, await host.RuleAsync(target)).CompareAsync(
            All,
            onlyUnrecorded,
            TestHost.Token
        );
        return [.. comparison.Differences.Select(difference => $"{difference.Time.ToDateTime():HH:mm} {difference.Kind}")];
    }

    [Fact]
    public async Task What_was_derived_is_equal_and_all_of_it_was_compared()
    {
        await using var host = await SettledAsync(server);
        foreach (var (target, bars) in new[] { ("DXY/1m", 60), ("DXY/5m", 12), ("EURUSD/1h", 1) })
        {
            var comparison = await new TargetVerifier(host.Data, await host.RuleAsync(target)).CompareAsync(All, false, TestHost.Token);
            Assert.Equal((bars, 0), (comparison.Compared, comparison.Differences.Count));
        }
    }

    [Theory]
    [InlineData("UPDATE data_bars SET close = close + 0.00000001, high = high + 0.00000001 WHERE " + Index, "DXY/1m", "08:10 Different")]
    [InlineData("UPDATE data_bars SET open = 90, low = 90 WHERE " + Index, "DXY/1m", "08:10 Different")]
    [InlineData("UPDATE data_bars SET vol = 1 WHERE " + Index, "DXY/1m", "08:10 Different")]
    [InlineData("UPDATE data_bars SET is_partial = true WHERE " + Index, "DXY/1m", "08:10 Different")]
    [InlineData("UPDATE data_bars SET raw = jsonb_set(raw, '{inputs,EURUSD}', '1.1') WHERE " + Index, "DXY/1m", "08:10 Different")]
    [InlineData("DELETE FROM data_bars WHERE " + Index, "DXY/1m", "08:10 Missing")]
    [InlineData(
        "INSERT INTO data_bars (canonical_symbol, timeframe, ts_utc, open, high, low, close, source) VALUES ('DXY', '1m', '2024-03-04 "
            + "09:30Z', 1, 1, 1, 1, 'synthetic')",
        "DXY/1m",
        "09:30 InputsGone"
    )]
    [InlineData("UPDATE derived_data_bars SET vwap = NULL WHERE " + Rollup, "EURUSD/5m", "08:10 Different")]
    [InlineData("DELETE FROM derived_data_bars WHERE " + Rollup, "EURUSD/5m", "08:10 Missing")]
    [InlineData("UPDATE derived_data_bars SET trade_count = 0 WHERE " + Rollup, "EURUSD/5m", "08:10 Different")]
    [InlineData("UPDATE derived_data_bars SET raw = jsonb_set(raw, '{inputs}', '4') WHERE " + Rollup, "EURUSD/5m", "08:10 Different")]
    public async Task What_was_changed_behind_our_back_is_found(string harm, string target, string found)
    {
        await using var host = await SettledAsync(server);
        await host.RunAsync(harm);
        Assert.Equal([found], await CompareAsync(host, target));
    }

    [Fact]
    public async Task Two_rows_that_changed_places_are_both_found()
    {
        await using var host = await SettledAsync(server);
        await host.RunAsync(
            """
            UPDATE data_bars AS a SET open = b.open, high = b.high, low = b.low, close = b.close, raw = b.raw FROM data_bars AS b
            WHERE a.canonical_symbol = 'DXY' AND b.canonical_symbol = 'DXY' AND (a.ts_utc, b.ts_utc) IN
              (('2024-03-04 08:10Z'::timestamptz, '2024-03-04 08:20Z'::timestamptz), ('2024-03-04 08:20Z'::timestamptz,
                '2024-03-04 08:10Z'::timestamptz))
            """
        );
        Assert.Equal(["08:10 Different", "08:20 Different"], await CompareAsync(host, "DXY/1m"));
    }

    [Fact]
    public async Task No_vwap_and_a_vwap_of_zero_are_not_the_same()
    {
        await using var host = await SettledAsync(server);
        await host.RunAsync("UPDATE data_bars SET vwap = NULL WHERE canonical_symbol = 'EURUSD'");
        await host.DrainAsync();
        Assert.Empty(await CompareAsync(host, "EURUSD/5m"));
        await host.RunAsync("UPDATE derived_data_bars SET vwap = 0 WHERE " + Rollup);
        Assert.NotEmpty(await CompareAsync(host, "EURUSD/5m"));
    }

    [Theory]
    [InlineData("UPDATE derived_data_bars SET vol = vol * 1.000000, vwap = vwap * 1.00, updated_at = now(), ingested_at = now()")]
    [InlineData("UPDATE derived_data_bars SET raw = '{}'")]
    [InlineData("UPDATE derived_data_bars SET raw = '[1]'")]
    [InlineData("UPDATE derived_data_bars SET raw = '{\"inputs\": [\"EURUSD\"], \"version\": \"legacy\", \"age_total\": \"x\"}'")]
    [InlineData("UPDATE derived_data_bars SET raw = raw || '{\"note\": 1}'")]
    public async Task What_says_the_same_in_other_words_is_equal(string change)
    {
        await using var host = await SettledAsync(server);
        await host.RunAsync(change);
        Assert.Empty(await CompareAsync(host, "EURUSD/5m"));
        Assert.Empty(await CompareAsync(host, "DXY/5m"));
    }

    [Fact]
    public async Task Bars_whose_inputs_are_gone_are_named_as_such()
    {
        await using var host = await SettledAsync(server);
        await host.RunAsync(
            "DELETE FROM data_bars WHERE canonical_symbol = 'EURUSD' AND ts_utc BETWEEN '2024-03-04 08:11Z' AND '2024-03-04 08:12Z'"
        );
        Assert.Equal(["08:11 InputsGone", "08:12 InputsGone"], await CompareAsync(host, "DXY/1m"));
        Assert.Equal(["08:10 InputsGone"], await CompareAsync(host, "EURUSD/5m"));
    }

    [Fact]
    public async Task What_is_told_or_due_already_is_left_out_when_asked()
    {
        await using var host = await SettledAsync(server);
        await host.StoreAsync(TestHost.Fx("EURUSD", 10, 1.2m));
        Assert.Equal(["08:10 Different"], await CompareAsync(host, "DXY/1m"));
        Assert.Empty(await CompareAsync(host, "DXY/1m", onlyUnrecorded: true));
        await new DueStore(host.Data).ExpandAsync(TestHost.Token);
        Assert.Empty(await CompareAsync(host, "DXY/1m", onlyUnrecorded: true));
        Assert.Empty(await CompareAsync(host, "EURUSD/1h", onlyUnrecorded: true));
        Assert.Equal(["08:00 Different"], await CompareAsync(host, "EURUSD/1h"));
    }

    [Fact]
    public async Task What_is_not_ripe_is_no_difference()
    {
        await using var host = await SettledAsync(server);
        await host.AtAsync(TestHost.Minute(63));
        await host.StoreAsync(TestHost.Minutes(60, 4));
        Assert.Equal(["09:00 Missing", "09:01 Missing", "09:02 Missing"], await CompareAsync(host, "DXY/1m"));
        Assert.Empty(await CompareAsync(host, "DXY/5m"));
    }
}
