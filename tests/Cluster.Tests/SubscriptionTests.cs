using DxyOrleans.Abstractions;
using DxyOrleans.Cluster.Tests.Harness;
using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Time;
using DxyOrleans.Testing;

namespace DxyOrleans.Cluster.Tests;

[Collection(OneSilo.Name)]
public sealed class SubscriptionTests(TestServer server, SharedCluster shared) : SiloTests(server, shared.Cluster)
{
    const int Minutes = 5;

    static readonly UtcTime Open = UtcTime.At(2024, 3, 5, 8);

    [Fact]
    public async Task After_a_restart_the_six_pairs_still_tell_the_index_of_their_bars()
    {
        var cluster = shared.Cluster;
        await cluster.ReadyAsync(1);
        var subscriptions = await SubscriptionsAsync(cluster.HostDatabase);
        Assert.Equal(6, subscriptions.Count);
        foreach (var running in cluster.Running)
        {
            await running.StopAsync();
        }

        // With looks so far apart only a nudge can be behind several minutes that are derived at once.
        var slow = TimeSpan.FromSeconds(10);
        var silo = cluster.Start("--Poll", "00:00:10");
        await silo.ReadyAsync();
        await using (var client = await cluster.ConnectAsync())
        {
            var total = TimeSpan.Zero;
            for (var minute = 0; minute < Minutes; minute++)
            {
                // A rollup at work may hold the minute's change for its transaction, and the index then finds it at the next look only.
                await Until.NothingIsMissingAsync(
                    "nobody derives",
                    async () => await IsQuietAsync(cluster.HostDatabase) ? null : "somebody does",
                    Soon
                );
                var time = Open + TimeSpan.FromMinutes(minute);
                await Task.WhenAll(HostDatabase.Pairs.Select(pair => PublishAsync(client, pair, time)));
                total += await Until.TrueAsync(
                    $"DXY of {time}",
                    async () =>
                        await cluster.HostDatabase.CountAsync($"data_bars WHERE canonical_symbol = 'DXY' AND ts_utc = '{time}'") == 1,
                    slow + Soon
                );
            }

            Until.Measured($"{Minutes} minutes published through grains, polls 10 s apart: derived in all after", total);
            Assert.True(total < slow, $"{Minutes} minutes took {total}: they waited for the pump.");
            var state = await client.Grains.GetGrain<IBarGrain>("USDSEK/1m").StateAsync(Token);
            Assert.Equal(["DXY"], state.Subscribers);
        }

        // Read, not written anew: what stood there before the restart is what stands there now.
        Assert.Equal(subscriptions, await SubscriptionsAsync(cluster.HostDatabase));
        Assert.Equal(0, await silo.StopAsync());
    }

    static async Task<bool> IsQuietAsync(HostDatabase host) =>
        await host.CountAsync(
            "(SELECT FROM dxy.change UNION ALL SELECT FROM pg_stat_activity WHERE datname = current_database() AND application_name "
                + "LIKE 'dxy-silo%' AND state <> 'idle') AS w"
        ) == 0;

    static Task<PublishResult> PublishAsync(GrainClient client, string pair, UtcTime time)
    {
        var series = new Series(Symbol.Parse(pair), Timeframe.OneMinute);
        return client
            .Grains.GetGrain<IBarGrain>(series.ToString())
            .PublishAsync(new PublishBars([Bar.Flat(series, time, 1.1m + (time.Minute % 10 * 0.001m))], BarSource.Ingest), Token);
    }

    static Task<List<string>> SubscriptionsAsync(HostDatabase host) =>
        host.ListAsync(
            "SELECT type_name || ' ' || coalesce(id_ext, '') || ' ' || version FROM dxy_orleans.grain_state WHERE type_name LIKE "
                + "'%bar-subscriptions%' ORDER BY 1"
        );
}
