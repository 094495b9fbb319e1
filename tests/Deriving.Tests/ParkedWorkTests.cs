using DxyOrleans.Testing;

namespace DxyOrleans.Deriving.Tests;

public sealed class ParkedWorkTests(TestServer server)
{
    /// <summary>A shop without our checks, so that a price of zero can stand among an hour of good ones.</summary>
    static async Task<Shop> WithZeroAsync(TestServer server)
    {
        var shop = await Shop.OpenAsync(server);
        await shop.RunAsync("ALTER TABLE data_bars DROP CONSTRAINT data_bars_prices_check");
        await shop.StoreAsync(Shop.Minutes(0, 60));
        await shop.RunAsync(
            "UPDATE data_bars SET close = 0, open = 0, low = 0 WHERE canonical_symbol = 'USDCAD' AND ts_utc = '2024-03-04 08:41Z'"
        );
        return shop;
    }

    static Task<string?> ParkedAsync(Shop shop) =>
        shop.ValueAsync<string>(
            "SELECT string_agg(symbol || to_char(from_ts AT TIME ZONE 'UTC', ' HH24:MI') || ' ' || attempts || ' ' || extract(epoch "
                + "FROM retry_at - recorded_at)::integer, ',') FROM dxy.due WHERE attempts > 0 AND symbol = 'DXY'"
        );

    [Fact]
    public async Task A_bar_that_cant_be_derived_is_set_apart_and_the_rest_goes_on()
    {
        await using var shop = await WithZeroAsync(server);
        await shop.DrainAsync();
        Assert.Equal(59, await shop.ValueAsync<long>("SELECT count(*) FROM data_bars WHERE canonical_symbol = 'DXY'"));
        Assert.Equal("DXY 08:41 1 5", await ParkedAsync(shop));

        // The pair's own rollups are made of the rest, and name it too.
        var stuck = await new DueStore(shop.Data).ListAsync(onlyParked: true, Shop.Token);
        Assert.Equal(["DXY/1m", "USDCAD/1h", "USDCAD/5m"], stuck.Select(row => row.Target.ToString()).Order(StringComparer.Ordinal));
        Assert.All(stuck, row =>
            Assert.Contains(
                " of USDCAD is 0, and a price has to be above zero (USDCAD/1m 2024-03-04T08:41:00Z)",
                row.Error,
                StringComparison.Ordinal
            )
        );
    }

    [Fact]
    public async Task It_is_tried_again_later_and_later_and_derived_once_it_can_be()
    {
        await using var shop = await WithZeroAsync(server);
        await shop.DrainAsync();
        var now = Shop.Open + TimeSpan.FromDays(1);
        foreach (
            var (wait, parked) in new[] { (4, "DXY 08:41 1 5"), (2, "DXY 08:41 2 10"), (11, "DXY 08:41 3 20"), (21, "DXY 08:41 4 40") }
        )
        {
            now += TimeSpan.FromSeconds(wait);
            await shop.AtAsync(now);
            await shop.DrainAsync();
            Assert.Equal(parked, await ParkedAsync(shop));
        }

        await shop.StoreAsync(Shop.Fx("USDCAD", 41));
        await shop.AtAsync(now + TimeSpan.FromHours(1));
        await shop.DrainAsync();
        Assert.Equal(60, await shop.ValueAsync<long>("SELECT count(*) FROM data_bars WHERE canonical_symbol = 'DXY'"));
        Assert.Equal(0, await shop.CountAsync("dxy.due"));
    }

    [Fact]
    public async Task An_operator_can_have_it_tried_at_once()
    {
        await using var shop = await WithZeroAsync(server);
        await shop.DrainAsync();
        Assert.Equal(3, await new DueStore(shop.Data).RetryAsync(Shop.Token));
        await shop.DrainAsync();
        Assert.Equal("DXY 08:41 2 10", await ParkedAsync(shop));
    }

    [Fact]
    public async Task A_row_that_the_table_refuses_is_set_apart_too()
    {
        await using var shop = await Shop.OpenAsync(server);
        await shop.RunAsync(
            $"ALTER TABLE data_bars ADD CONSTRAINT odd CHECK (canonical_symbol <> 'DXY' OR ts_utc <> '{Shop.Minute(1234)}')"
        );
        await shop.StoreAsync(Shop.Minutes(0, 1300));
        await shop.DrainAsync();
        Assert.Equal(1299, await shop.ValueAsync<long>("SELECT count(*) FROM data_bars WHERE canonical_symbol = 'DXY'"));
        Assert.StartsWith("DXY 04:34 1", await ParkedAsync(shop), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rows_off_the_grid_are_nobodys_input()
    {
        await using var shop = await Shop.OpenAsync(server);
        await shop.RunAsync("ALTER TABLE data_bars DROP CONSTRAINT data_bars_grid_check");
        await shop.StoreAsync(Shop.AllSix(0));
        await shop.RunAsync(
            "INSERT INTO data_bars (canonical_symbol, timeframe, ts_utc, open, high, low, close, source) VALUES ('EURUSD', '1m', "
                + "'2024-03-04 08:00:30Z', 9, 9, 9, 9, 'ingest')"
        );
        await shop.DrainAsync();
        Assert.Null(await ParkedAsync(shop));
        Assert.Equal(
            "1.0843",
            await shop.ValueAsync<string>("SELECT raw->'inputs'->>'EURUSD' FROM data_bars WHERE canonical_symbol = 'DXY'")
        );
    }
}
