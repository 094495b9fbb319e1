using DxyOrleans.Core.Indexes;
using DxyOrleans.Core.Time;
using DxyOrleans.Testing;

namespace DxyOrleans.Grains.Tests.Index;

/// <summary>The registry is other people's table: what it says may change at any time, and need not make sense.</summary>
public sealed class RegistryTests(TestServer server)
{
    static readonly UtcTime Minute = GrainCluster.Start - Timeframe.OneMinute;
    const string NothingDue = "SELECT NOT EXISTS (SELECT FROM dxy.change) AND NOT EXISTS (SELECT FROM dxy.due WHERE timeframe = '1m')";

    [Fact]
    public async Task A_definition_that_changed_behind_a_silos_back_is_never_derived_by_the_old_one()
    {
        await using var cluster = await GrainCluster.StartAsync(server);
        await cluster.InsertAllAsync(Minute, 1);
        await LookUntilAsync(cluster, NothingDue);
        await cluster.Database.RunAsync(
            """
            UPDATE core_asset_registry_all SET metadata = metadata || '{"factor": 100.28696224}' WHERE canonical_symbol = 'DXY';
            SELECT dxy.adopt_targets()
            """
        );

        // As another silo's pump does: the work is there before this silo read the registry again.
        await cluster.Index().ProcessAsync();
        var doubled = 2 * await cluster.Database.ValueAsync<decimal>("SELECT close FROM dxy.correction WHERE canonical_symbol = 'DXY'");
        Assert.InRange(
            await cluster.Database.ValueAsync<decimal>("SELECT close FROM data_bars WHERE canonical_symbol = 'DXY'"),
            doubled - 0.00000002m,
            doubled + 0.00000002m
        );
        Assert.True(doubled > 2 * (decimal)IndexDefinition.Dxy.Factor);
    }

    [Theory]
    [InlineData("INSERT INTO core_asset_registry_all VALUES ('GE', 'x', '', true, true, '{\"derived_timeframes\": [\"5m\"]}')")]
    [InlineData("INSERT INTO core_asset_registry_all VALUES ('C:EURUSD', 'fx', '', true, true, '{\"derived_timeframes\": [\"5m\"]}')")]
    [InlineData(
        "UPDATE core_asset_registry_all SET metadata = metadata || '{\"deriving_version\": 2, \"max_age_minutes\": -5}' WHERE "
            + "canonical_symbol = 'DXY'"
    )]
    [InlineData(
        "UPDATE core_asset_registry_all SET metadata = metadata || '{\"deriving_version\": 2, \"max_age_minutes\": 1e30}' WHERE "
            + "canonical_symbol = 'DXY'"
    )]
    [InlineData(
        "UPDATE core_asset_registry_all SET metadata = metadata || '{\"derived_timeframes\": [\"5m\", \"1w\"]}' WHERE canonical_symbol "
            + "= 'USDJPY'"
    )]
    [InlineData("UPDATE core_asset_registry_all SET metadata = '[]' WHERE canonical_symbol = 'DXY'")]
    public async Task A_row_that_makes_no_sense_stops_nobody_else(string statement)
    {
        await using var cluster = await GrainCluster.StartAsync(server);
        await cluster.Database.RunAsync(statement);
        await cluster.Database.RunAsync(
            $"""
            INSERT INTO data_bars (canonical_symbol, timeframe, ts_utc, open, high, low, close, source)
            SELECT s, '1m', '{Minute
                - TimeSpan.FromMinutes(30)}', 1, 1, 1, 1, 'ingest' FROM unnest(ARRAY['GE', 'C:EURUSD', 'EURUSD', 'USDJPY']) AS s
            """
        );
        await LookUntilAsync(
            cluster,
            "SELECT count(*) = 2 FROM derived_data_bars WHERE timeframe = '5m' AND canonical_symbol IN ('EURUSD', 'USDJPY')"
        );
    }

    [Fact]
    public async Task Work_for_a_rollup_that_is_no_longer_asked_for_goes_away()
    {
        await using var cluster = await GrainCluster.StartAsync(server);
        await cluster.InsertAllAsync(GrainCluster.Start, 1);
        await cluster.Poller.PollAsync(TestContext.Current.CancellationToken);
        await cluster.UntilAsync("the work", "SELECT count(*) > 0 FROM dxy.due WHERE symbol = 'EURUSD' AND timeframe = '1h'");
        await cluster.Database.RunAsync(
            "UPDATE core_asset_registry_all SET metadata = metadata || '{\"derived_timeframes\": [\"5m\"]}' WHERE canonical_symbol = "
                + "'EURUSD'"
        );
        await LookUntilAsync(cluster, "SELECT count(*) = 0 FROM dxy.due WHERE symbol = 'EURUSD' AND timeframe = '1h'");
    }

    static Task LookUntilAsync(GrainCluster cluster, string sql) =>
        cluster.UntilAsync("what the pump should bring about", sql, () => cluster.Poller.PollAsync(TestContext.Current.CancellationToken));
}
