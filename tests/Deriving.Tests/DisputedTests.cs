using DxyOrleans.Core.Indexes;
using DxyOrleans.Core.Time;
using DxyOrleans.Deriving.Auditing;
using DxyOrleans.Deriving.Due;
using DxyOrleans.Deriving.Rules;
using DxyOrleans.Deriving.Slices;
using DxyOrleans.Testing;

namespace DxyOrleans.Deriving.Tests;

/// <summary>A host without a unique key on <c>data_bars</c>, whose pairs' rows may stand twice. The counts are of minutes: few are derived
/// one by one, many in columns.</summary>
public sealed class DisputedTests(TestServer server)
{
    static string Twin(string symbol, string minutes, string factor, string more = "false") =>
        $"""
            INSERT INTO data_bars (canonical_symbol, timeframe, ts_utc, open, high, low, close, vol, vwap, trade_count, source, is_partial)
            SELECT canonical_symbol, timeframe, ts_utc, open * {factor}, high * {factor}, low * {factor}, close * {factor}, vol,
              vwap * {factor}, trade_count, source, {more} FROM data_bars
            WHERE canonical_symbol = '{symbol}' AND timeframe = '1m' AND {minutes}
            """;

    static string At(int minute) => $"ts_utc = '{TestHost.Minute(minute)}'";

    async Task<TestHost> OpenAsync(int minutes)
    {
        var host = await TestHost.OpenAsync(server);
        await host.RunAsync(
            $"ALTER TABLE data_bars DROP CONSTRAINT data_bars_pkey; SELECT dxy.flip_route('DXY', 'legacy'); {LegacyTables.Fx(0, minutes)}"
        );
        return host;
    }

    static Task<long> StoredAsync(TestHost host) =>
        host.CountAsync("derived_data_bars WHERE canonical_symbol = 'DXY' AND timeframe = '1m' AND deleted_at IS NULL");

    static async Task<List<string>> ParkedAsync(TestHost host) =>
        [
            .. (await new DueStore(host.Data).ListAsync(onlyParked: true, TestHost.Token)).Select(row =>
                $"{row.Target} {row.Range.From.ToString()[11..16]} {row.Range.Length.TotalMinutes}"
            ),
        ];

    [Theory]
    [InlineData(60)]
    [InlineData(1300)]
    public async Task Rows_that_say_the_same_count_once(int minutes)
    {
        await using var host = await OpenAsync(minutes);
        await host.RunAsync(Twin("EURUSD", "true", "1") + ";" + Twin("USDCAD", At(7), "1.01", "true"));
        await host.DrainAsync();
        Assert.Equal(minutes, await StoredAsync(host));
        Assert.Equal(0, await host.CountAsync("dxy.due WHERE cause <> 'gone'"));
        Assert.Equal(
            "50 5 15",
            await host.ValueAsync<string>(
                $"SELECT trim_scale(vol) || ' ' || (raw->>'inputs') || ' ' || trade_count FROM derived_data_bars WHERE canonical_symbol "
                    + $"= 'EURUSD' AND timeframe = '5m' AND {At(0)}"
            )
        );
        Assert.Equal(
            "5",
            await host.ValueAsync<string>(
                $"SELECT raw->>'inputs' FROM derived_data_bars WHERE canonical_symbol = 'USDCAD' AND timeframe = '5m' AND {At(5)}"
            )
        );
    }

    [Theory]
    [InlineData(60)]
    [InlineData(1300)]
    public async Task What_depends_on_rows_that_differ_is_set_aside_with_the_reason_and_the_rest_is_derived(int minutes)
    {
        await using var host = await OpenAsync(minutes);
        await host.RunAsync(Twin("USDCAD", At(41), "1.01"));
        var slices = new List<SliceOutcome>();
        await new DueStore(host.Data).ExpandAsync(TestHost.Token);
        await (await host.DeriverAsync("DXY/1m")).DrainAsync(slices.Add, TestHost.Token);
        Assert.Equal((minutes - 1, 1), (Assert.Single(slices).New, slices[0].Parked));
        await host.DrainAsync();
        Assert.Equal(minutes - 1, await StoredAsync(host));
        Assert.Equal(["DXY/1m 08:41 1", "USDCAD/1h 08:00 60", "USDCAD/5m 08:40 5"], await ParkedAsync(host));
        foreach (var waits in await new DueStore(host.Data).ListAsync(onlyParked: true, TestHost.Token))
        {
            Assert.StartsWith("USDCAD/1m stands twice in the table at 2024-03-04T08:41:00Z", waits.Error, StringComparison.Ordinal);
        }

        Assert.Equal(0, await new Sweeper(host.Data, await host.RuleAsync("DXY/1m")).SweepAsync(TestHost.Token));
        await host.RunAsync(
            $"DELETE FROM data_bars WHERE ctid = (SELECT max(ctid) FROM data_bars WHERE canonical_symbol = 'USDCAD' AND {At(41)})"
        );
        await new DueStore(host.Data).RetryAsync(TestHost.Token);
        await host.DrainAsync();
        Assert.Equal(minutes, await StoredAsync(host));
        Assert.Equal(0, await host.CountAsync("dxy.due WHERE cause <> 'gone'"));
    }

    [Fact]
    public async Task What_is_set_aside_is_told_once_however_often_its_inputs_change()
    {
        await using var host = await OpenAsync(60);
        await host.RunAsync(Twin("USDCAD", At(41), "1.01"));
        await host.DrainAsync();
        for (var change = 0; change < 3; change++)
        {
            await host.RunAsync(
                $"UPDATE data_bars SET close = close + 0.001, high = high + 0.001 WHERE canonical_symbol = 'EURUSD' AND {At(41)}"
            );
            await host.DrainAsync();
        }

        Assert.Equal(["DXY/1m 08:41 1", "USDCAD/1h 08:00 60", "USDCAD/5m 08:40 5"], await ParkedAsync(host));
        await host.RunAsync(
            $"DELETE FROM data_bars WHERE ctid = (SELECT max(ctid) FROM data_bars WHERE canonical_symbol = 'USDCAD' AND {At(41)})"
        );
        await host.DrainAsync();
        Assert.Equal(60, await StoredAsync(host));
        Assert.Empty(
            (
                await new TargetVerifier(host.Data, await host.RuleAsync("DXY/1m")).CompareAsync(
                    new TimeRange(TestHost.Minute(0), TestHost.Minute(60)),
                    onlyUnrecorded: false,
                    TestHost.Token
                )
            ).Differences
        );
    }

    [Fact]
    public async Task A_request_for_a_version_that_was_set_aside_does_not_come_back_after_a_later_one()
    {
        await using var host = await OpenAsync(60);
        await host.RunAsync(Twin("USDCAD", At(41), "1.01"));
        await host.AskAsync("DXY/1m", 0, 60, DerivingRules.LatestClose);
        await host.DrainAsync();
        await host.RunAsync(
            $"DELETE FROM data_bars WHERE ctid = (SELECT max(ctid) FROM data_bars WHERE canonical_symbol = 'USDCAD' AND {At(41)})"
        );
        await host.AskAsync("DXY/1m", 0, 60, DerivingRules.Strict);
        await host.DrainAsync();
        await new DueStore(host.Data).RetryAsync(TestHost.Token);
        await host.DrainAsync();
        Assert.Equal(
            "1",
            await host.ValueAsync<string>(
                "SELECT string_agg(DISTINCT raw->>'version', ',') FROM derived_data_bars WHERE canonical_symbol = 'DXY' AND timeframe = "
                    + "'1m'"
            )
        );
        Assert.Equal(0, await host.CountAsync("dxy.due WHERE cause <> 'gone'"));
    }

    [Fact]
    public async Task A_request_for_a_version_that_is_set_aside_while_a_later_one_waits_leaves_it_the_last_word()
    {
        await using var host = await OpenAsync(60);
        await host.RunAsync(Twin("USDCAD", At(41), "1.01"));
        await host.DrainAsync();
        await host.AskAsync("DXY/1m", 0, 60, DerivingRules.LatestClose);
        await host.AskAsync("DXY/1m", 0, 60, DerivingRules.Strict);
        var first = await (await host.DeriverAsync("DXY/1m")).ProcessSliceAsync(TestHost.Token);
        Assert.Equal((60.0, 1), (first.Window!.Value.Length.TotalMinutes, first.Parked));
        await EndAsync(host, "USDCAD", 41);
        Assert.Equal("1", await VersionsAsync(host, "true"));
        Assert.Equal(60, await StoredAsync(host));
        Assert.Equal(0, await host.CountAsync("dxy.due WHERE cause <> 'gone'"));
    }

    [Fact]
    public async Task Of_a_request_for_a_version_that_was_set_aside_only_what_no_later_one_asks_for_comes_back()
    {
        await using var host = await OpenAsync(60);
        await host.RunAsync(
            $"DELETE FROM data_bars WHERE canonical_symbol = 'USDSEK' AND ts_utc IN ('{TestHost.Minute(21)}', '{TestHost.Minute(22)}'); "
                + $"{Twin("USDSEK", At(20), "1.01")}"
        );
        await host.AskAsync("DXY/1m", 0, 60, DerivingRules.LatestClose);
        await host.DrainAsync();
        Assert.Contains("DXY/1m 08:20 3", await ParkedAsync(host));
        await host.AskAsync("DXY/1m", 20, 21, DerivingRules.Strict);
        await EndAsync(host, "USDSEK", 20);
        Assert.Equal("1", await VersionsAsync(host, At(20)));
        Assert.Equal("2", await VersionsAsync(host, $"ts_utc IN ('{TestHost.Minute(21)}', '{TestHost.Minute(22)}')"));
        Assert.Equal(60, await StoredAsync(host));
        Assert.Equal(0, await host.CountAsync("dxy.due WHERE cause <> 'gone'"));
    }

    static async Task EndAsync(TestHost host, string symbol, int minute)
    {
        await host.RunAsync(
            $"DELETE FROM data_bars WHERE ctid = (SELECT max(ctid) FROM data_bars WHERE canonical_symbol = '{symbol}' AND {At(minute)})"
        );
        await host.DrainAsync();
        await new DueStore(host.Data).RetryAsync(TestHost.Token);
        await host.DrainAsync();
    }

    static Task<string?> VersionsAsync(TestHost host, string minutes) =>
        host.ValueAsync<string>(
            $"SELECT string_agg(DISTINCT raw->>'version', ',') FROM derived_data_bars WHERE canonical_symbol = 'DXY' AND timeframe = "
                + $"'1m' AND deleted_at IS NULL AND {minutes}"
        );

    [Fact]
    public async Task What_stands_of_it_stays_even_where_bars_without_inputs_are_removed_and_can_be_verified()
    {
        await using var host = await OpenAsync(60);
        await host.DrainAsync();
        var before = await host.ValueAsync<string>(
            $"SELECT ROW(d.*)::text FROM derived_data_bars AS d WHERE canonical_symbol = 'DXY' AND timeframe = '1m' AND {At(41)}"
        );
        await host.RunAsync(Twin("USDCAD", At(41), "1.01") + $"; DELETE FROM data_bars WHERE canonical_symbol = 'USDCAD' AND {At(50)}");
        await host.AskAsync("DXY/1m", 0, 60, prune: true);
        await host.DrainAsync();
        Assert.Equal(
            before,
            await host.ValueAsync<string>(
                $"SELECT ROW(d.*)::text FROM derived_data_bars AS d WHERE canonical_symbol = 'DXY' AND timeframe = '1m' AND {At(41)}"
            )
        );
        Assert.Equal(59, await StoredAsync(host));

        var compared = await new TargetVerifier(host.Data, await host.RuleAsync("DXY/1m")).CompareAsync(
            new TimeRange(TestHost.Minute(0), TestHost.Minute(60)),
            false,
            TestHost.Token
        );
        // Nobody can judge it, and that is said.
        Assert.Empty(compared.Differences);
        Assert.Equal([TestHost.Minute(41)], compared.Unfit.Select(part => part.Range.From));
    }

    [Theory]
    [InlineData(60)]
    [InlineData(1300)]
    public async Task Where_closes_are_carried_forward_what_they_are_carried_to_is_set_aside_too(int minutes)
    {
        await using var host = await OpenAsync(minutes);
        await host.RunAsync(
            $"DELETE FROM data_bars WHERE canonical_symbol = 'USDSEK' AND ts_utc IN ('{TestHost.Minute(21)}', '{TestHost.Minute(22)}'); "
                + $"{Twin("USDSEK", At(20), "1.01")}; {Twin("USDCAD", At(41), "1.01")}"
        );
        await new DueStore(host.Data).ExpandAsync(TestHost.Token);
        await host.RunAsync("DELETE FROM dxy.due WHERE symbol <> 'DXY'");
        await host.AskAsync("DXY/1m", 0, minutes, DerivingRules.LatestClose);
        await (await host.DeriverAsync("DXY/1m")).DrainAsync(null, TestHost.Token);
        Assert.Contains("DXY/1m 08:20 3", await ParkedAsync(host));
        Assert.Contains("DXY/1m 08:41 1", await ParkedAsync(host));
        Assert.Equal(minutes - 4, await StoredAsync(host));
    }
}
