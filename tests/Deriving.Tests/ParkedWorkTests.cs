using DxyOrleans.Deriving.Due;
using DxyOrleans.Testing;

namespace DxyOrleans.Deriving.Tests;

public sealed class ParkedWorkTests(TestServer server)
{
    /// <summary>A host without our checks, so that a price of zero can stand among an hour of good ones.</summary>
    static async Task<TestHost> WithZeroAsync(TestServer server)
    {
        var host = await TestHost.OpenAsync(server);
        await host.RunAsync("ALTER TABLE data_bars DROP CONSTRAINT data_bars_prices_check");
        await host.StoreAsync(TestHost.Minutes(0, 60));
        await host.RunAsync(
            "UPDATE data_bars SET close = 0, open = 0, low = 0 WHERE canonical_symbol = 'USDCAD' AND ts_utc = '2024-03-04 08:41Z'"
        );
        return host;
    }

    static Task<string?> ParkedAsync(TestHost host) =>
        host.ValueAsync<string>(
            "SELECT string_agg(symbol || to_char(from_ts AT TIME ZONE 'UTC', ' HH24:MI') || ' ' || attempts || ' ' || extract(epoch "
                + "FROM retry_at - recorded_at)::integer, ',') FROM dxy.due WHERE attempts > 0 AND symbol = 'DXY'"
        );

    [Fact]
    public async Task A_bar_that_cant_be_derived_is_set_apart_and_the_rest_goes_on()
    {
        await using var host = await WithZeroAsync(server);
        await host.DrainAsync();
        Assert.Equal(59, await host.ValueAsync<long>("SELECT count(*) FROM data_bars WHERE canonical_symbol = 'DXY'"));
        Assert.Equal("DXY 08:41 1 5", await ParkedAsync(host));

        // The pair's own rollups are made of the rest, and name it too.
        var stuck = await new DueStore(host.Data).ListAsync(onlyParked: true, TestHost.Token);
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
        await using var host = await WithZeroAsync(server);
        await host.DrainAsync();
        var now = TestHost.Open + TimeSpan.FromDays(1);
        foreach (
            var (wait, parked) in new[] { (4, "DXY 08:41 1 5"), (2, "DXY 08:41 2 10"), (11, "DXY 08:41 3 20"), (21, "DXY 08:41 4 40") }
        )
        {
            now += TimeSpan.FromSeconds(wait);
            await host.AtAsync(now);
            await host.DrainAsync();
            Assert.Equal(parked, await ParkedAsync(host));
        }

        await host.StoreAsync(TestHost.Fx("USDCAD", 41));
        await host.AtAsync(now + TimeSpan.FromHours(1));
        await host.DrainAsync();
        Assert.Equal(60, await host.ValueAsync<long>("SELECT count(*) FROM data_bars WHERE canonical_symbol = 'DXY'"));
        Assert.Equal(0, await host.CountAsync("dxy.due"));
    }

    [Fact]
    public async Task An_operator_can_have_it_tried_at_once()
    {
        await using var host = await WithZeroAsync(server);
        await host.DrainAsync();
        Assert.Equal(3, await new DueStore(host.Data).RetryAsync(TestHost.Token));
        await host.DrainAsync();
        Assert.Equal("DXY 08:41 2 10", await ParkedAsync(host));
    }

    [Fact]
    public async Task A_row_that_the_table_refuses_is_set_apart_too()
    {
        await using var host = await TestHost.OpenAsync(server);
        await host.RunAsync(
            $"ALTER TABLE data_bars ADD CONSTRAINT odd CHECK (canonical_symbol <> 'DXY' OR ts_utc <> '{TestHost.Minute(1234)}')"
        );
        await host.StoreAsync(TestHost.Minutes(0, 1300));
        await host.DrainAsync();
        Assert.Equal(1299, await host.ValueAsync<long>("SELECT count(*) FROM data_bars WHERE canonical_symbol = 'DXY'"));
        Assert.StartsWith("DXY 04:34 1", await ParkedAsync(host), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rows_off_the_grid_are_nobodys_input()
    {
        await using var host = await TestHost.OpenAsync(server);
        await host.RunAsync("ALTER TABLE data_bars DROP CONSTRAINT data_bars_grid_check");
        await host.StoreAsync(TestHost.AllSix(0));
        await host.RunAsync(
            "INSERT INTO data_bars (canonical_symbol, timeframe, ts_utc, open, high, low, close, source) VALUES ('EURUSD', '1m', "
                + "'2024-03-04 08:00:30Z', 9, 9, 9, 9, 'ingest')"
        );
        await host.DrainAsync();
        Assert.Null(await ParkedAsync(host));
        Assert.Equal(
            "1.0843",
            await host.ValueAsync<string>("SELECT raw->'inputs'->>'EURUSD' FROM data_bars WHERE canonical_symbol = 'DXY'")
        );
    }
}
