using DxyOrleans.Deriving.Slices;
using DxyOrleans.Testing;

namespace DxyOrleans.Deriving.Tests;

/// <summary>What each route writes and reads, and that two tables are written together or not at all.</summary>
public sealed class DualWriteTests(TestServer server)
{
    const string Unequal = """
        SELECT count(*) FROM (SELECT * FROM public.derived_data_bars WHERE canonical_symbol = 'DXY' AND timeframe = '1m'
          AND deleted_at IS NULL) AS d
        FULL JOIN (SELECT * FROM public.data_bars WHERE canonical_symbol = 'DXY') AS b USING (canonical_symbol, timeframe, ts_utc)
        WHERE (b.open, b.high, b.low, b.close, b.vol, b.vwap, b.trade_count, b.is_partial)
              IS DISTINCT FROM (d.open, d.high, d.low, d.close, d.vol, d.vwap, d.trade_count, d.is_partial)
        """;

    [Theory]
    [InlineData("legacy", 5, 0)]
    [InlineData("both", 5, 5)]
    [InlineData("both_read_new", 5, 5)]
    [InlineData("new", 0, 5)]
    public async Task A_route_says_which_tables_are_written(string mode, int old, int fresh)
    {
        await using var host = await TestHost.OpenAsync(server);
        await host.RunAsync($"SELECT dxy.flip_route('DXY', '{mode}')");
        await host.StoreAsync(TestHost.Minutes(0, 5));
        await host.DrainAsync();

        Assert.Equal(old, await host.CountAsync("public.derived_data_bars WHERE canonical_symbol = 'DXY' AND timeframe = '1m'"));
        Assert.Equal(fresh, await host.CountAsync("public.data_bars WHERE canonical_symbol = 'DXY'"));
        Assert.Equal(1, await host.CountAsync("public.derived_data_bars WHERE canonical_symbol = 'DXY' AND timeframe = '5m'"));
    }

    [Fact]
    public async Task Who_dies_between_the_two_tables_has_written_neither()
    {
        await using var host = await TestHost.OpenAsync(server);
        await host.RunAsync("SELECT dxy.flip_route('DXY', 'both')");
        await host.StoreAsync(TestHost.Minutes(0, 3));
        var died = await host.DeriverAsync("DXY/1m", (step, _) =>
            step == DeriveStep.FirstWritten ? throw new OperationCanceledException("died") : Task.CompletedTask
        );
        await Assert.ThrowsAsync<OperationCanceledException>(() => died.DrainAsync(null, TestHost.Token));
        Assert.Equal(0, await host.CountAsync("public.derived_data_bars WHERE canonical_symbol = 'DXY'"));

        await host.DrainAsync();
        Assert.Equal(3, await host.CountAsync("public.data_bars WHERE canonical_symbol = 'DXY'"));
        Assert.Equal(0, await host.ValueAsync<long>(Unequal));
    }

    [Fact]
    public async Task A_bar_that_the_old_system_sampled_comes_to_the_new_table_with_its_own_high_and_low()
    {
        await using var host = await TestHost.OpenAsync(server);
        await host.RunAsync("SELECT dxy.flip_route('DXY', 'legacy')");
        await host.StoreAsync(TestHost.Minutes(0, 2));
        await host.DrainAsync();
        await host.RunAsync(
            """UPDATE public.derived_data_bars SET high = high + 1, low = low - 1, raw = '{"kind": "dxy"}' WHERE timeframe = '1m'; """
                + """SELECT dxy.flip_route('DXY', 'both')"""
        );
        await host.RunAsync(
            $"INSERT INTO dxy.due (symbol, timeframe, from_ts, to_ts, cause, recorded_at) VALUES ('DXY', '1m', '{TestHost.Minute(0)}', "
                + $"'{TestHost.Minute(2)}', 'request', dxy.now())"
        );
        await host.DrainAsync();

        Assert.Equal(2, await host.CountAsync("public.data_bars WHERE canonical_symbol = 'DXY' AND high > close"));
        Assert.Equal(0, await host.ValueAsync<long>(Unequal));
    }

    [Fact]
    public async Task What_is_pruned_goes_from_both_tables()
    {
        await using var host = await TestHost.OpenAsync(server);
        await host.RunAsync("SELECT dxy.flip_route('DXY', 'both')");
        await host.StoreAsync(TestHost.Minutes(0, 4));
        await host.DrainAsync();
        await host.RunAsync($"DELETE FROM public.data_bars WHERE canonical_symbol = 'USDSEK' AND ts_utc = '{TestHost.Minute(2)}'");
        await host.RunAsync(
            $"INSERT INTO dxy.due (symbol, timeframe, from_ts, to_ts, cause, prune, recorded_at) VALUES ('DXY', '1m', "
                + $"'{TestHost.Minute(0)}', '{TestHost.Minute(4)}', 'request', true, dxy.now())"
        );
        await host.DrainAsync();

        Assert.Equal(3, await host.CountAsync("public.data_bars WHERE canonical_symbol = 'DXY'"));
        Assert.Equal(0, await host.ValueAsync<long>(Unequal));
    }

    [Fact]
    public async Task A_correction_reaches_both_tables()
    {
        await using var host = await TestHost.OpenAsync(server);
        await host.RunAsync("SELECT dxy.flip_route('DXY', 'both')");
        await host.StoreAsync(TestHost.Minutes(0, 2000));
        await host.DrainAsync();
        var before = await host.ValueAsync<decimal>(
            $"SELECT close FROM public.data_bars WHERE canonical_symbol = 'DXY' AND ts_utc = '{TestHost.Minute(1)}'"
        );
        await host.RunAsync(
            $"UPDATE public.data_bars SET close = close * 1.001, high = high * 1.001 WHERE canonical_symbol = 'EURUSD' AND ts_utc = "
                + $"'{TestHost.Minute(1)}'"
        );
        await host.DrainAsync();

        Assert.NotEqual(
            before,
            await host.ValueAsync<decimal>(
                $"SELECT close FROM public.data_bars WHERE canonical_symbol = 'DXY' AND ts_utc = '{TestHost.Minute(1)}'"
            )
        );
        Assert.Equal(0, await host.ValueAsync<long>(Unequal));
    }
}
