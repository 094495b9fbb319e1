using DxyOrleans.Abstractions;
using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Indexes;
using DxyOrleans.Core.Time;
using DxyOrleans.Schema;
using DxyOrleans.Testing;

namespace DxyOrleans.Grains.Tests.Index;

public sealed class DerivingTests(TestServer server)
{
    static readonly UtcTime Minute = GrainCluster.Start - Timeframe.OneMinute;

    [Fact]
    public async Task The_sixth_bar_gives_the_index_minute_with_its_inputs_recorded_and_no_look_of_the_pump()
    {
        await using var cluster = await GrainCluster.StartAsync(server);
        await cluster.Index().ConnectAsync();
        await cluster.PublishAllAsync(Minute);
        await cluster.UntilAsync("the derived minute", "SELECT count(*) = 1 FROM data_bars WHERE canonical_symbol = 'DXY'");
        Assert.Equal(
            "103.04132390 synthetic 1 1.1",
            await cluster.Database.ValueAsync<string>(
                "SELECT concat_ws(' ', close, source, raw->>'version', raw->'inputs'->>'EURUSD') FROM data_bars WHERE canonical_symbol "
                    + "= 'DXY'"
            )
        );
    }

    [Fact]
    public async Task Five_of_six_give_nothing_and_nothing_stays_due()
    {
        await using var cluster = await GrainCluster.StartAsync(server);
        foreach (var (pair, price) in GrainCluster.Prices.Skip(1))
        {
            await cluster.BarsOf(pair).PublishAsync(new PublishBars([GrainCluster.BarOf(pair, Minute, price)], BarSource.Ingest));
        }

        await cluster.Poller.PollAsync(TestContext.Current.CancellationToken);
        await cluster.UntilAsync("the work's end", "SELECT count(*) = 0 FROM dxy.due WHERE timeframe = '1m'");
        Assert.Equal(0, await cluster.CountAsync("DXY", "1m"));
    }

    [Fact]
    public async Task A_table_without_its_key_is_told_and_not_tried_at_each_look_and_once_it_has_one_the_work_goes_on()
    {
        await using var cluster = await GrainCluster.StartAsync(server);
        await cluster.InsertAllAsync(Minute - TimeSpan.FromMinutes(4), 5);
        await cluster.Database.RunAsync("ALTER TABLE data_bars DROP CONSTRAINT data_bars_pkey");
        await cluster.UntilAsync("the work's failure", "SELECT count(*) = 1 FROM dxy.due WHERE symbol = 'DXY' AND attempts = 1", () =>
            cluster.Poller.PollAsync(TestContext.Current.CancellationToken)
        );
        Assert.Contains("CREATE UNIQUE INDEX", Assert.Single(cluster.Poller.Faults), StringComparison.Ordinal);
        for (var look = 0; look < 5; look++)
        {
            await cluster.Poller.PollAsync(TestContext.Current.CancellationToken);
        }

        Assert.Equal(1, await cluster.Database.ValueAsync<int>("SELECT max(attempts) FROM dxy.due"));
        await cluster.Database.RunAsync("ALTER TABLE data_bars ADD PRIMARY KEY (canonical_symbol, timeframe, ts_utc)");
        await cluster.UntilAsync("the derived minutes", "SELECT count(*) = 5 FROM data_bars WHERE canonical_symbol = 'DXY'", () =>
            cluster.Poller.PollAsync(TestContext.Current.CancellationToken)
        );
        Assert.Empty(cluster.Poller.Faults);
    }

    [Fact]
    public async Task A_host_whose_table_of_bars_lacks_a_column_until_it_migrates_is_told_and_its_index_derived_all_the_same()
    {
        await using var cluster = await GrainCluster.StartAsync(server);
        await cluster.InsertAllAsync(Minute - TimeSpan.FromMinutes(4), 5);
        await cluster.Database.RunAsync("SELECT dxy.flip_route('DXY', 'legacy'); ALTER TABLE data_bars DROP COLUMN raw");
        await cluster.UntilAsync(
            "the derived minutes",
            "SELECT count(*) = 5 FROM derived_data_bars WHERE canonical_symbol = 'DXY' AND timeframe = '1m'",
            () => cluster.Poller.PollAsync(TestContext.Current.CancellationToken)
        );
        Assert.Contains(
            "ADD COLUMN raw jsonb",
            Assert.Single(await TableFitness.FaultsAsync(cluster.Data, TestContext.Current.CancellationToken)).Line,
            StringComparison.Ordinal
        );
        Assert.Empty(cluster.Poller.Faults);
    }

    [Fact]
    public async Task The_subscription_survives_the_deactivation_of_every_grain()
    {
        await using var cluster = await GrainCluster.StartAsync(server);
        await cluster.Index().ConnectAsync();
        foreach (var (pair, _) in GrainCluster.Prices)
        {
            await cluster.Cluster.DeactivateAsync(cluster.BarsOf(pair));
        }

        await cluster.Cluster.DeactivateAsync(cluster.Index());
        await cluster.PublishAllAsync(Minute);
        await cluster.UntilAsync("the derived minute", "SELECT count(*) = 1 FROM data_bars WHERE canonical_symbol = 'DXY'");
        Assert.Equal(["DXY"], (await cluster.BarsOf("EURUSD").StateAsync()).Subscribers);
    }

    [Fact]
    public async Task A_correction_is_derived_anew_and_the_old_value_remembered()
    {
        await using var cluster = await GrainCluster.StartAsync(server);
        await cluster.Index().ConnectAsync();
        await cluster.PublishAllAsync(Minute);
        await cluster.UntilAsync("the derived minute", "SELECT count(*) = 1 FROM data_bars WHERE canonical_symbol = 'DXY'");
        await cluster.BarsOf("EURUSD").PublishAsync(new PublishBars([GrainCluster.BarOf("EURUSD", Minute, 1.2m)], BarSource.Ingest));
        var corrected = IndexFormula.Level(IndexDefinition.Dxy, [1.2, 150, 1.27, 1.36, 10.5, 0.88]);
        await cluster.UntilAsync("the corrected minute", $"SELECT close = {corrected} FROM data_bars WHERE canonical_symbol = 'DXY'");
        Assert.Equal(
            103.04132390m,
            await cluster.Database.ValueAsync<decimal>("SELECT close FROM dxy.correction WHERE canonical_symbol = 'DXY'")
        );
    }

    [Fact]
    public async Task A_bar_sixty_days_late_repairs_every_level()
    {
        await using var cluster = await GrainCluster.StartAsync(server);
        var late = (Minute - TimeSpan.FromDays(60)).Floor(Timeframe.OneHour);
        await cluster.InsertAllAsync(late, 60);
        await cluster.Database.RunAsync(
            $"DELETE FROM data_bars WHERE canonical_symbol = 'USDSEK' AND ts_utc = '{late + TimeSpan.FromMinutes(7)}'"
        );
        await cluster.Poller.PollAsync(TestContext.Current.CancellationToken);
        await cluster.UntilAsync("the hour with a gap", "SELECT count(*) = 59 FROM data_bars WHERE canonical_symbol = 'DXY'");
        await DrainAsync(cluster);
        await cluster.UntilAsync(
            "the hour",
            "SELECT (raw->>'inputs')::int = 59 FROM derived_data_bars WHERE canonical_symbol = 'DXY' AND timeframe = '1h'"
        );

        await cluster
            .BarsOf("USDSEK")
            .PublishAsync(new PublishBars([GrainCluster.BarOf("USDSEK", late + TimeSpan.FromMinutes(7), 10.6m)], BarSource.Ingest));
        await DrainAsync(cluster);
        await cluster.UntilAsync(
            "the repaired hour",
            "SELECT (raw->>'inputs')::int = 60 FROM derived_data_bars WHERE canonical_symbol = 'DXY' AND timeframe = '1h'"
        );
        Assert.Equal(60, await cluster.CountAsync("DXY", "1m"));
        Assert.Equal(
            0,
            await cluster.Database.ValueAsync<long>(
                "SELECT count(*) FROM derived_data_bars WHERE (raw->>'inputs')::int < (raw->>'expected')::int"
            )
        );
    }

    [Fact]
    public async Task Version_2_carries_a_thin_pairs_close_forward_within_its_maximum_age()
    {
        await using var cluster = await GrainCluster.StartAsync(server);
        await cluster.Database.RunAsync(
            "UPDATE core_asset_registry_all SET metadata = metadata || '{\"deriving_version\": 2, \"max_age_minutes\": 3}' WHERE "
                + "canonical_symbol = 'DXY'"
        );
        var from = Minute - TimeSpan.FromMinutes(9);
        await cluster.InsertAllAsync(from, 10);
        await cluster.Database.RunAsync($"DELETE FROM data_bars WHERE canonical_symbol = 'USDSEK' AND ts_utc > '{from}'");
        await DrainAsync(cluster);
        Assert.Equal(4, await cluster.CountAsync("DXY", "1m"));
        Assert.Equal(
            "2 3",
            await cluster.Database.ValueAsync<string>(
                $"SELECT concat_ws(' ', raw->>'version', raw->'ages'->>'USDSEK') FROM data_bars WHERE canonical_symbol = 'DXY' AND "
                    + $"ts_utc = '{from + TimeSpan.FromMinutes(3)}'"
            )
        );
    }

    [Fact]
    public async Task A_second_index_is_a_row_and_its_history_is_derived()
    {
        await using var cluster = await GrainCluster.StartAsync(server);
        await cluster.InsertAllAsync(Minute - TimeSpan.FromMinutes(29), 30);
        await DrainAsync(cluster);
        await cluster.Database.RunAsync(
            """
            INSERT INTO core_asset_registry_all (canonical_symbol, asset_class, active, metadata) VALUES ('EURX', 'currency_index', true,
              '{"is_synthetic": true, "base_timeframe": "1m", "components": ["EURUSD", "USDJPY"], "derived_timeframes": ["5m"], "factor": 10,
                "exponents": {"EURUSD": 0.5, "USDJPY": 0.5}, "since": "1999-01-04"}')
            """
        );
        await DrainAsync(cluster);
        Assert.Equal(30, await cluster.CountAsync("EURX", "1m"));
        Assert.Equal(6, await cluster.CountAsync("EURX", "5m"));
    }

    // As the pump does: look, let the woken grains work, look again, until nothing ripe is left.
    static async Task DrainAsync(GrainCluster cluster)
    {
        await cluster.AdvanceAsync(TimeSpan.FromSeconds(2));
        await cluster.Poller.PollAsync(TestContext.Current.CancellationToken);
        await cluster.UntilAsync(
            "the end of what is ripe",
            """
            SELECT NOT EXISTS (SELECT FROM dxy.change)
               AND NOT EXISTS (SELECT FROM dxy.due AS d WHERE d.from_ts + dxy.length_of(d.timeframe) + interval '1 second' <= dxy.now()
                                AND (d.retry_at IS NULL OR d.retry_at <= dxy.now()))
            """,
            () => cluster.Poller.PollAsync(TestContext.Current.CancellationToken)
        );
    }
}
