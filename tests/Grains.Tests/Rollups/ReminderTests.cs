using DxyOrleans.Core.Time;
using DxyOrleans.Testing;
using Orleans.Runtime;

namespace DxyOrleans.Grains.Tests.Rollups;

public sealed class ReminderTests(TestServer server)
{
    [Fact]
    public async Task One_tick_after_three_hours_rolls_up_all_thirty_six_buckets()
    {
        await using var cluster = await GrainCluster.StartAsync(server);
        await cluster.Rollup("EURUSD/5m").ConnectAsync();
        await cluster.InsertAllAsync(GrainCluster.Start - TimeSpan.FromHours(3), 180);

        // The reminder stands at the next boundary, grace and spread after it; the pump never looks here.
        await TickAsync(cluster, TimeSpan.FromMinutes(5) + TimeSpan.FromSeconds(6));
        await cluster.UntilAsync(
            "the buckets",
            "SELECT count(*) = 36 FROM derived_data_bars WHERE canonical_symbol = 'EURUSD' AND timeframe = '5m'"
        );
    }

    [Fact]
    public async Task The_last_bucket_before_the_Friday_close_is_emitted_on_Friday()
    {
        var close = UtcTime.At(2024, 3, 8, 22);
        await using var cluster = await GrainCluster.StartAsync(server, close - TimeSpan.FromMinutes(5));
        await cluster.Rollup("EURUSD/5m").ConnectAsync();
        await cluster.InsertAllAsync(close - TimeSpan.FromMinutes(5), 5);
        await TickAsync(cluster, TimeSpan.FromMinutes(5) + TimeSpan.FromSeconds(6));
        await cluster.UntilAsync(
            "Friday's last bucket",
            $"SELECT count(*) = 1 FROM derived_data_bars WHERE canonical_symbol = 'EURUSD' AND timeframe = '5m' AND ts_utc = "
                + $"'{close - TimeSpan.FromMinutes(5)}'"
        );
        Assert.True(cluster.Now < close + TimeSpan.FromMinutes(1));
    }

    [Fact]
    public async Task A_bucket_is_not_emitted_before_its_end_and_grace()
    {
        await using var cluster = await GrainCluster.StartAsync(server);
        await cluster.InsertAllAsync(GrainCluster.Start, 4);
        await cluster.AdvanceAsync(TimeSpan.FromMinutes(5));
        await cluster.Rollup("EURUSD/5m").ProcessAsync();
        Assert.Equal(0, await cluster.CountAsync("EURUSD", "5m"));

        await cluster.AdvanceAsync(TimeSpan.FromSeconds(1));
        await cluster.Rollup("EURUSD/5m").ProcessAsync();
        Assert.Equal(
            "4 5",
            await cluster.Database.ValueAsync<string>(
                "SELECT concat_ws(' ', raw->>'inputs', raw->>'expected') FROM derived_data_bars WHERE canonical_symbol = 'EURUSD' AND "
                    + "timeframe = '5m'"
            )
        );
    }

    [Fact]
    public async Task Connecting_again_does_not_move_the_reminder()
    {
        await using var cluster = await GrainCluster.StartAsync(server);
        await cluster.Rollup("EURUSD/5m").ConnectAsync();
        const string Row = "SELECT concat_ws(' ', start_time, period, version) FROM dxy_orleans.reminder";
        var before = await cluster.Database.ValueAsync<string>(Row);
        await cluster.AdvanceAsync(TimeSpan.FromMinutes(2));
        await cluster.Cluster.DeactivateAsync(cluster.Rollup("EURUSD/5m"));
        await cluster.Rollup("EURUSD/5m").ConnectAsync();
        Assert.NotNull(before);
        Assert.Equal(before, await cluster.Database.ValueAsync<string>(Row));
    }

    // Time moves in steps, and each step waits a moment of real time for the tick it may have set off.
    static async Task TickAsync(GrainCluster cluster, TimeSpan span)
    {
        for (var step = TimeSpan.Zero; step < span; step += TimeSpan.FromSeconds(15))
        {
            await cluster.AdvanceAsync(TimeSpan.FromSeconds(15));
            await Task.Yield();
        }
    }
}
