using DxyOrleans.Core.Indexes;
using DxyOrleans.Core.Time;
using DxyOrleans.Testing;

namespace DxyOrleans.Deriving.Tests;

/// <summary>A shop without a unique key on <c>data_bars</c>, whose pairs' rows may stand twice. The counts are of minutes: few are derived
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

    static string At(int minute) => $"ts_utc = '{Shop.Minute(minute)}'";

    async Task<Shop> OpenAsync(int minutes)
    {
        var shop = await Shop.OpenAsync(server);
        await shop.RunAsync(
            $"ALTER TABLE data_bars DROP CONSTRAINT data_bars_pkey; SELECT dxy.flip_route('DXY', 'legacy'); {LegacyTables.Fx(0, minutes)}"
        );
        return shop;
    }

    static Task<long> StoredAsync(Shop shop) =>
        shop.CountAsync("derived_data_bars WHERE canonical_symbol = 'DXY' AND timeframe = '1m' AND deleted_at IS NULL");

    static async Task<List<string>> ParkedAsync(Shop shop) =>
        [
            .. (await new DueStore(shop.Data).ListAsync(onlyParked: true, Shop.Token)).Select(row =>
                $"{row.Target} {row.Range.From.ToString()[11..16]} {row.Range.Length.TotalMinutes}"
            ),
        ];

    [Theory]
    [InlineData(60)]
    [InlineData(1300)]
    public async Task Rows_that_say_the_same_count_once(int minutes)
    {
        await using var shop = await OpenAsync(minutes);
        await shop.RunAsync(Twin("EURUSD", "true", "1") + ";" + Twin("USDCAD", At(7), "1.01", "true"));
        await shop.DrainAsync();
        Assert.Equal(minutes, await StoredAsync(shop));
        Assert.Equal(0, await shop.CountAsync("dxy.due WHERE cause <> 'gone'"));
        Assert.Equal(
            "50 5 15",
            await shop.ValueAsync<string>(
                $"SELECT trim_scale(vol) || ' ' || (raw->>'inputs') || ' ' || trade_count FROM derived_data_bars WHERE canonical_symbol "
                    + $"= 'EURUSD' AND timeframe = '5m' AND {At(0)}"
            )
        );
        Assert.Equal(
            "5",
            await shop.ValueAsync<string>(
                $"SELECT raw->>'inputs' FROM derived_data_bars WHERE canonical_symbol = 'USDCAD' AND timeframe = '5m' AND {At(5)}"
            )
        );
    }

    [Theory]
    [InlineData(60)]
    [InlineData(1300)]
    public async Task What_depends_on_rows_that_differ_is_set_aside_with_the_reason_and_the_rest_is_derived(int minutes)
    {
        await using var shop = await OpenAsync(minutes);
        await shop.RunAsync(Twin("USDCAD", At(41), "1.01"));
        var slices = new List<SliceOutcome>();
        await new DueStore(shop.Data).ExpandAsync(Shop.Token);
        await (await shop.DeriverAsync("DXY/1m")).DrainAsync(slices.Add, Shop.Token);
        Assert.Equal((minutes - 1, 1), (Assert.Single(slices).New, slices[0].Parked));
        await shop.DrainAsync();
        Assert.Equal(minutes - 1, await StoredAsync(shop));
        Assert.Equal(["DXY/1m 08:41 1", "USDCAD/1h 08:00 60", "USDCAD/5m 08:40 5"], await ParkedAsync(shop));
        foreach (var waits in await new DueStore(shop.Data).ListAsync(onlyParked: true, Shop.Token))
        {
            Assert.StartsWith("USDCAD/1m stands twice in the table at 2024-03-04T08:41:00Z", waits.Error, StringComparison.Ordinal);
        }

        Assert.Equal(0, await new Sweeper(shop.Data, await shop.RuleAsync("DXY/1m")).SweepAsync(Shop.Token));
        await shop.RunAsync(
            $"DELETE FROM data_bars WHERE ctid = (SELECT max(ctid) FROM data_bars WHERE canonical_symbol = 'USDCAD' AND {At(41)})"
        );
        await new DueStore(shop.Data).RetryAsync(Shop.Token);
        await shop.DrainAsync();
        Assert.Equal(minutes, await StoredAsync(shop));
        Assert.Equal(0, await shop.CountAsync("dxy.due WHERE cause <> 'gone'"));
    }

    [Fact]
    public async Task What_is_set_aside_is_told_once_however_often_its_inputs_change()
    {
        await using var shop = await OpenAsync(60);
        await shop.RunAsync(Twin("USDCAD", At(41), "1.01"));
        await shop.DrainAsync();
        for (var change = 0; change < 3; change++)
        {
            await shop.RunAsync(
                $"UPDATE data_bars SET close = close + 0.001, high = high + 0.001 WHERE canonical_symbol = 'EURUSD' AND {At(41)}"
            );
            await shop.DrainAsync();
        }

        Assert.Equal(["DXY/1m 08:41 1", "USDCAD/1h 08:00 60", "USDCAD/5m 08:40 5"], await ParkedAsync(shop));
        await shop.RunAsync(
            $"DELETE FROM data_bars WHERE ctid = (SELECT max(ctid) FROM data_bars WHERE canonical_symbol = 'USDCAD' AND {At(41)})"
        );
        await shop.DrainAsync();
        Assert.Equal(60, await StoredAsync(shop));
        Assert.Empty(
            (
                await new TargetVerifier(shop.Data, await shop.RuleAsync("DXY/1m")).CompareAsync(
                    new TimeRange(Shop.Minute(0), Shop.Minute(60)),
                    onlyUnrecorded: false,
                    Shop.Token
                )
            ).Differences
        );
    }

    [Fact]
    public async Task A_request_for_a_version_that_was_set_aside_does_not_come_back_after_a_later_one()
    {
        await using var shop = await OpenAsync(60);
        await shop.RunAsync(Twin("USDCAD", At(41), "1.01"));
        await shop.AskAsync("DXY/1m", 0, 60, DerivingRules.LatestClose);
        await shop.DrainAsync();
        await shop.RunAsync(
            $"DELETE FROM data_bars WHERE ctid = (SELECT max(ctid) FROM data_bars WHERE canonical_symbol = 'USDCAD' AND {At(41)})"
        );
        await shop.AskAsync("DXY/1m", 0, 60, DerivingRules.Strict);
        await shop.DrainAsync();
        await new DueStore(shop.Data).RetryAsync(Shop.Token);
        await shop.DrainAsync();
        Assert.Equal(
            "1",
            await shop.ValueAsync<string>(
                "SELECT string_agg(DISTINCT raw->>'version', ',') FROM derived_data_bars WHERE canonical_symbol = 'DXY' AND timeframe = "
                    + "'1m'"
            )
        );
        Assert.Equal(0, await shop.CountAsync("dxy.due WHERE cause <> 'gone'"));
    }

    [Fact]
    public async Task A_request_for_a_version_that_is_set_aside_while_a_later_one_waits_leaves_it_the_last_word()
    {
        await using var shop = await OpenAsync(60);
        await shop.RunAsync(Twin("USDCAD", At(41), "1.01"));
        await shop.DrainAsync();
        await shop.AskAsync("DXY/1m", 0, 60, DerivingRules.LatestClose);
        await shop.AskAsync("DXY/1m", 0, 60, DerivingRules.Strict);
        var first = await (await shop.DeriverAsync("DXY/1m")).ProcessSliceAsync(Shop.Token);
        Assert.Equal((60.0, 1), (first.Window!.Value.Length.TotalMinutes, first.Parked));
        await EndAsync(shop, "USDCAD", 41);
        Assert.Equal("1", await VersionsAsync(shop, "true"));
        Assert.Equal(60, await StoredAsync(shop));
        Assert.Equal(0, await shop.CountAsync("dxy.due WHERE cause <> 'gone'"));
    }

    [Fact]
    public async Task Of_a_request_for_a_version_that_was_set_aside_only_what_no_later_one_asks_for_comes_back()
    {
        await using var shop = await OpenAsync(60);
        await shop.RunAsync(
            $"DELETE FROM data_bars WHERE canonical_symbol = 'USDSEK' AND ts_utc IN ('{Shop.Minute(21)}', '{Shop.Minute(22)}'); "
                + $"{Twin("USDSEK", At(20), "1.01")}"
        );
        await shop.AskAsync("DXY/1m", 0, 60, DerivingRules.LatestClose);
        await shop.DrainAsync();
        Assert.Contains("DXY/1m 08:20 3", await ParkedAsync(shop));
        await shop.AskAsync("DXY/1m", 20, 21, DerivingRules.Strict);
        await EndAsync(shop, "USDSEK", 20);
        Assert.Equal("1", await VersionsAsync(shop, At(20)));
        Assert.Equal("2", await VersionsAsync(shop, $"ts_utc IN ('{Shop.Minute(21)}', '{Shop.Minute(22)}')"));
        Assert.Equal(60, await StoredAsync(shop));
        Assert.Equal(0, await shop.CountAsync("dxy.due WHERE cause <> 'gone'"));
    }

    static async Task EndAsync(Shop shop, string symbol, int minute)
    {
        await shop.RunAsync(
            $"DELETE FROM data_bars WHERE ctid = (SELECT max(ctid) FROM data_bars WHERE canonical_symbol = '{symbol}' AND {At(minute)})"
        );
        await shop.DrainAsync();
        await new DueStore(shop.Data).RetryAsync(Shop.Token);
        await shop.DrainAsync();
    }

    static Task<string?> VersionsAsync(Shop shop, string minutes) =>
        shop.ValueAsync<string>(
            $"SELECT string_agg(DISTINCT raw->>'version', ',') FROM derived_data_bars WHERE canonical_symbol = 'DXY' AND timeframe = "
                + $"'1m' AND deleted_at IS NULL AND {minutes}"
        );

    [Fact]
    public async Task What_stands_of_it_stays_even_where_bars_without_inputs_are_removed_and_can_be_verified()
    {
        await using var shop = await OpenAsync(60);
        await shop.DrainAsync();
        var before = await shop.ValueAsync<string>(
            $"SELECT ROW(d.*)::text FROM derived_data_bars AS d WHERE canonical_symbol = 'DXY' AND timeframe = '1m' AND {At(41)}"
        );
        await shop.RunAsync(Twin("USDCAD", At(41), "1.01") + $"; DELETE FROM data_bars WHERE canonical_symbol = 'USDCAD' AND {At(50)}");
        await shop.AskAsync("DXY/1m", 0, 60, prune: true);
        await shop.DrainAsync();
        Assert.Equal(
            before,
            await shop.ValueAsync<string>(
                $"SELECT ROW(d.*)::text FROM derived_data_bars AS d WHERE canonical_symbol = 'DXY' AND timeframe = '1m' AND {At(41)}"
            )
        );
        Assert.Equal(59, await StoredAsync(shop));

        var compared = await new TargetVerifier(shop.Data, await shop.RuleAsync("DXY/1m")).CompareAsync(
            new TimeRange(Shop.Minute(0), Shop.Minute(60)),
            false,
            Shop.Token
        );
        // Nobody can judge it, and that is said.
        Assert.Empty(compared.Differences);
        Assert.Equal([Shop.Minute(41)], compared.Unfit.Select(part => part.Range.From));
    }

    [Theory]
    [InlineData(60)]
    [InlineData(1300)]
    public async Task Where_closes_are_carried_forward_what_they_are_carried_to_is_set_aside_too(int minutes)
    {
        await using var shop = await OpenAsync(minutes);
        await shop.RunAsync(
            $"DELETE FROM data_bars WHERE canonical_symbol = 'USDSEK' AND ts_utc IN ('{Shop.Minute(21)}', '{Shop.Minute(22)}'); "
                + $"{Twin("USDSEK", At(20), "1.01")}; {Twin("USDCAD", At(41), "1.01")}"
        );
        await new DueStore(shop.Data).ExpandAsync(Shop.Token);
        await shop.RunAsync("DELETE FROM dxy.due WHERE symbol <> 'DXY'");
        await shop.AskAsync("DXY/1m", 0, minutes, DerivingRules.LatestClose);
        await (await shop.DeriverAsync("DXY/1m")).DrainAsync(null, Shop.Token);
        Assert.Contains("DXY/1m 08:20 3", await ParkedAsync(shop));
        Assert.Contains("DXY/1m 08:41 1", await ParkedAsync(shop));
        Assert.Equal(minutes - 4, await StoredAsync(shop));
    }
}
