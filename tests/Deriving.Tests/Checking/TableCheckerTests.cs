using DxyOrleans.Core.Bars;
using DxyOrleans.Testing;

namespace DxyOrleans.Deriving.Tests.Checking;

/// <summary>The judge of every disturbed system is judged itself: it says nothing of sound tables, and names each harm that is done to
/// them.</summary>
public sealed class TableCheckerTests(TestServer server)
{
    const string At = "ts_utc = '2024-03-04 08:10Z'";

    static async Task<(TestHost TestHost, List<Bar> Acknowledged)> SettledAsync(TestServer server)
    {
        var host = await TestHost.OpenAsync(server);
        var bars = TestHost.Minutes(0, 60).ToList();
        await host.StoreAsync(bars);
        await host.DrainAsync();
        return (host, bars);
    }

    [Fact]
    public async Task Sound_tables_have_no_faults()
    {
        var (host, bars) = await SettledAsync(server);
        await using var own = host;
        Assert.Empty(await new TableChecker(host.Data).FaultsAsync(bars, TestHost.Token));
    }

    // Past the triggers, as what is lost is lost.
    [Theory]
    [InlineData("lost (1): GBPUSD/1m 2024-03-04T08:10", "DELETE FROM data_bars WHERE canonical_symbol = 'GBPUSD' AND " + At)]
    [InlineData("lost (1): USDSEK/1m 2024-03-04T08:10", "UPDATE data_bars SET vol = vol + 1 WHERE canonical_symbol = 'USDSEK' AND " + At)]
    [InlineData(
        "stands twice (1): data_bars EURUSD/1m 2024-03-04 08:10Z",
        "ALTER TABLE data_bars DROP CONSTRAINT data_bars_pkey; INSERT INTO data_bars SELECT * FROM data_bars WHERE canonical_symbol = "
            + "'EURUSD' AND "
            + At
    )]
    [InlineData(
        "stands twice (1): data_bars DXY/1m 2024-03-04 08:10Z",
        "ALTER TABLE data_bars DROP CONSTRAINT data_bars_pkey; INSERT INTO data_bars SELECT * FROM data_bars WHERE canonical_symbol = "
            + "'DXY' AND "
            + At
    )]
    [InlineData(
        "left undone (1): DXY/1m from 2024-03-04 08:10Z",
        "INSERT INTO dxy.due (symbol, timeframe, from_ts, to_ts, cause, recorded_at) VALUES ('DXY', '1m', '2024-03-04 08:10Z', "
            + "'2024-03-04 08:11Z', 'change', now())"
    )]
    [InlineData(
        "left undone (1): a change of data_bars EURUSD",
        "INSERT INTO dxy.change (table_name, symbols, timeframes, first_ts, last_ts, recorded_at) VALUES ('data_bars', '{EURUSD}', "
            + "'{1m}', '2024-03-04 08:10Z', '2024-03-04 08:10Z', now())"
    )]
    [InlineData(
        "forming after its end (1): EURUSD/1m 2024-03-04 09:00Z",
        "INSERT INTO dxy.forming_bar VALUES ('EURUSD', '1m', '2024-03-04 09:00Z', 1, 1, 1, 1, '2024-03-04 09:00:01Z', '2024-03-04 "
            + "09:00:02Z', 2, 'ingest', 1, now())"
    )]
    [InlineData(
        "not what its inputs give (3): DXY/1m 2024-03-04T08:10",
        "UPDATE data_bars SET vol = 1 WHERE canonical_symbol = 'DXY' AND " + At
    )]
    [InlineData(
        "not what its inputs give (1): USDJPY/5m 2024-03-04T08:10",
        "DELETE FROM derived_data_bars WHERE canonical_symbol = 'USDJPY' AND timeframe = '5m' AND " + At
    )]
    [InlineData(
        "not what its inputs give (1): DXY/1h 2024-03-04T08:00",
        "UPDATE derived_data_bars SET high = high + 1 WHERE canonical_symbol = 'DXY' AND timeframe = '1h'"
    )]
    public async Task Each_harm_is_named(string named, string harm)
    {
        var (host, bars) = await SettledAsync(server);
        await using var own = host;
        await using (var connection = await host.Database.Admin.OpenConnectionAsync(TestHost.Token))
        {
            await using var command = connection.CreateCommand();
            command.CommandText = $"SET session_replication_role = replica; {harm}; RESET session_replication_role";
            Assert.True(await command.ExecuteNonQueryAsync(TestHost.Token) > 0);
        }

        Assert.Contains(await new TableChecker(host.Data).FaultsAsync(bars, TestHost.Token), fault =>
            fault.ToString().StartsWith(named, StringComparison.Ordinal)
        );
    }

    [Fact]
    public async Task A_bucket_that_is_not_over_is_not_left_undone()
    {
        var (host, bars) = await SettledAsync(server);
        await using var own = host;
        await host.AtAsync(TestHost.Minute(62));
        await host.StoreAsync(TestHost.Minutes(60, 2));
        await host.DrainAsync();
        Assert.NotEqual(0, await host.CountAsync("dxy.due"));
        Assert.Empty(await new TableChecker(host.Data).FaultsAsync([.. bars, .. TestHost.Minutes(60, 2)], TestHost.Token));
    }
}
