using DxyOrleans.Migration.Engine;
using DxyOrleans.Migration.Verification;
using DxyOrleans.Testing;

namespace DxyOrleans.Migration.Tests.Verification;

public sealed class ParityTests(TestServer server)
{
    const string Bar = "canonical_symbol = 'DXY' AND timeframe = '1m' AND ts_utc = '2024-03-04 08:10Z'";

    static async Task<TestHost> SettledAsync(TestServer server)
    {
        var host = await TestHost.OpenAsync(server);
        await host.StoreAsync(TestHost.Minutes(0, 60));
        await host.DrainAsync();
        await host.RunAsync(
            "INSERT INTO derived_data_bars (canonical_symbol, timeframe, ts_utc, open, high, low, close, vol, vwap, trade_count, "
                + "source, raw) SELECT canonical_symbol, timeframe, ts_utc, open, high, low, close, vol, vwap, trade_count, source, raw "
                + "FROM data_bars WHERE canonical_symbol = 'DXY'"
        );
        return host;
    }

    static async Task BothAsync(TestHost host, string change)
    {
        await host.RunAsync($"UPDATE data_bars SET {change} WHERE {Bar}");
        await host.RunAsync($"UPDATE derived_data_bars SET {change} WHERE {Bar}");
    }

    [Fact]
    public async Task Bars_that_all_three_agree_on_are_equal()
    {
        await using var host = await SettledAsync(server);
        var found = await host.VerifyAsync(VerificationScope.Parity);
        Assert.Equal((VerificationState.Equal, 60L, 60L), (found.State, found.Compared, found.Recomputation.Agreeing));
        Assert.Empty(found.Samples);
    }

    [Theory]
    [InlineData("raw = '{}'")]
    [InlineData("raw = '{}', close = close + 0.00000001, high = high + 1")]
    public async Task A_bar_of_another_deriver_with_an_equal_close_is_equal(string change)
    {
        await using var host = await SettledAsync(server);
        await BothAsync(host, change);
        Assert.Equal(VerificationState.Equal, (await host.VerifyAsync(VerificationScope.Parity)).State);
    }

    [Fact]
    public async Task A_bar_that_both_tables_have_wrong_deviates()
    {
        await using var host = await SettledAsync(server);
        await BothAsync(host, "close = close + 0.00000002, high = high + 1");
        var found = await host.VerifyAsync(VerificationScope.Parity);
        Assert.Equal(
            (VerificationState.Different, 1L, 1L, 59L),
            (found.State, found.Different, found.Recomputation.Deviating, found.Recomputation.Agreeing)
        );
        Assert.NotNull(Assert.Single(found.Samples).Recomputed);
        Assert.Equal(["03-04 08:10 Deviating"], found.Found());
    }

    [Fact]
    public async Task A_bar_that_one_table_has_wrong_differs()
    {
        await using var host = await SettledAsync(server);
        await host.RunAsync($"UPDATE derived_data_bars SET close = close - 0.00000002, low = 1 WHERE {Bar}");
        var found = await host.VerifyAsync(VerificationScope.Parity);
        Assert.Equal((VerificationState.Different, "03-04 08:10 Different"), (found.State, Assert.Single(found.Found())));
    }

    [Fact]
    public async Task Bars_whose_inputs_are_gone_or_were_changed_are_counted_apart()
    {
        await using var host = await SettledAsync(server);
        await host.RunAsync(
            "DELETE FROM data_bars WHERE canonical_symbol = 'EURUSD' AND ts_utc IN ('2024-03-04 08:11Z', '2024-03-04 08:12Z')"
        );
        await host.RunAsync(
            "UPDATE data_bars SET close = close * 1.0001, high = high * 1.01 WHERE canonical_symbol = 'EURUSD' AND ts_utc = '2024-03-04 "
                + "08:20Z'"
        );
        var found = await host.VerifyAsync(VerificationScope.Parity);
        Assert.Equal(
            (VerificationState.Equal, 60L, 2L, 1L, 57L),
            (found.State, found.Compared, found.Recomputation.InputsGone, found.Recomputation.InputsDiffer, found.Recomputation.Agreeing)
        );
        Assert.Equal(["03-04 08:11 InputsGone", "03-04 08:12 InputsGone", "03-04 08:20 InputsDiffer"], found.Found());
    }

    [Fact]
    public async Task A_bar_that_neither_table_holds_is_told()
    {
        await using var host = await SettledAsync(server);
        await host.RunAsync($"DELETE FROM data_bars WHERE {Bar}");
        await host.RunAsync($"DELETE FROM derived_data_bars WHERE {Bar}");
        var found = await host.VerifyAsync(VerificationScope.Parity);
        Assert.Equal(
            (VerificationState.Equal, 1L, "03-04 08:10 NotStored"),
            (found.State, found.Recomputation.NotStored, Assert.Single(found.Found()))
        );
    }

    [Fact]
    public async Task A_symbol_that_is_no_index_is_not_compared()
    {
        await using var host = await SettledAsync(server);
        await host.RunAsync("UPDATE core_asset_registry_all SET metadata = '{}' WHERE canonical_symbol = 'DXY'");
        var found = await host.VerifyAsync(VerificationScope.Parity);
        Assert.Equal((VerificationState.NotCompared, "the registry has no index DXY to recompute"), (found.State, found.Note));
    }

    [Fact]
    public async Task What_a_run_keeps_on_purpose_is_explained_and_nothing_else_is()
    {
        await using var host = await SettledAsync(server);
        await host.RunAsync("SELECT dxy.migrate_start('kept', 'DXY', '{}', '{}')");
        await host.RunAsync($"UPDATE data_bars SET close = close + 0.01, high = high + 1 WHERE {Bar}");
        await host.RunAsync("DELETE FROM data_bars WHERE canonical_symbol = 'DXY' AND ts_utc = '2024-03-04 08:30Z'");
        await host.RunAsync(
            "INSERT INTO dxy.run_conflict (run, ts_utc, class, resolution) VALUES ('kept', '2024-03-04 08:10Z', 'different', "
                + "'keep_target'), ('kept', '2024-03-04 08:30Z', 'partial', 'keep_target')"
        );
        foreach (var scope in new[] { VerificationScope.Full, VerificationScope.Parity })
        {
            var found = await host.VerifyAsync(scope, run: "kept");
            Assert.Equal((VerificationState.Equal, 2L, 0L, 0L), (found.State, found.Explained, found.Different, found.Missing));
            Assert.Equal((1L, 1L), (await host.VerifyAsync(scope) is var plain ? (plain.Missing, plain.Different) : default));
        }
    }
}
