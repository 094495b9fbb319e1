using System.Diagnostics;
using DxyOrleans.Abstractions;
using DxyOrleans.Cluster.Tests.Harness;
using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Time;
using DxyOrleans.Testing;
using Npgsql;
using Orleans.Runtime;

namespace DxyOrleans.Cluster.Tests;

public sealed class TwoSilosTests(TestServer server, SharedCluster shared) : SiloTests(server, shared.Cluster), IClassFixture<SharedCluster>
{
    readonly SiloCluster _cluster = shared.Cluster;

    [Fact]
    public async Task Two_silos_that_start_at_once_on_an_empty_database_both_get_ready_and_derive_each_minute_once()
    {
        var cluster = await OpenAsync("twins");
        SiloProcess[] twins = [cluster.Start(), cluster.Start()];
        foreach (var twin in twins)
        {
            Until.Measured("one of two silos on an empty database: ready after", await twin.ReadyAsync());
        }

        var host = cluster.HostDatabase;
        await host.HireIngestAsync();
        await host.InsertAsync(Hour(8));
        await Parity.ReachedAsync(host, Hour(8), 60, 7 * 13, Soon);
        Assert.Equal(60, await host.CountAsync("data_bars WHERE canonical_symbol = 'DXY' AND created_at = updated_at"));
        Assert.Equal(0, await host.CountAsync("dxy.correction"));
        Assert.Equal(
            2,
            await host.CountAsync(
                "(SELECT DISTINCT application_name FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE "
                    + "'dxy-silo %') AS s"
            )
        );
    }

    [Fact]
    public async Task Two_silos_derive_different_weeks_of_one_index_at_once()
    {
        await _cluster.ReadyAsync(2);
        var host = _cluster.HostDatabase;
        await using var flip = await host.OpenAsync();
        await using (var transaction = await flip.BeginTransactionAsync(Token))
        {
            // Every deriver has its week by then, and waits here.
            await using (var hold = new NpgsqlCommand("SELECT pg_advisory_xact_lock(21882, hashtext('DXY'))", flip, transaction))
            {
                await hold.ExecuteNonQueryAsync(Token);
            }

            await host.RunAsync(
                """
                INSERT INTO data_bars (canonical_symbol, timeframe, ts_utc, open, high, low, close, source)
                SELECT p, '1m', t, v, v, v, v, 'ingest'
                FROM unnest(ARRAY['EURUSD', 'USDJPY', 'GBPUSD', 'USDCAD', 'USDSEK', 'USDCHF'], ARRAY[1.08, 150, 1.26, 1.35, 10.37, 0.88])
                  AS t(p, v),
                     generate_series(timestamptz '2019-04-01', timestamptz '2019-05-31', '20 minutes') AS m(t)
                """
            );
            await Until.TrueAsync(
                "derivers of both silos hold a week",
                async () =>
                    await host.CountAsync(
                        """
                        (SELECT DISTINCT s.application_name FROM pg_locks AS l JOIN pg_stat_activity AS s USING (pid)
                         WHERE l.locktype = 'advisory' AND l.classid = 21882 AND NOT l.granted AND s.application_name LIKE 'dxy-silo %')
                           AS silos
                        """
                    ) == 2,
                Soon
            );
            await transaction.CommitAsync(Token);
        }

        await Until.TrueAsync(
            "the index has every minute",
            async () =>
                await host.CountAsync("data_bars WHERE canonical_symbol = 'DXY' AND ts_utc < '2019-06-01'")
                == await host.CountAsync("data_bars WHERE canonical_symbol = 'EURUSD' AND ts_utc < '2019-06-01'"),
            Soon
        );
    }

    // One test, because a minute that ticks are building takes a minute: the three faults fit into it.
    [Fact]
    public async Task Silos_that_are_stopped_killed_or_hang_lose_no_tick_and_the_others_go_on_deriving()
    {
        await _cluster.ReadyAsync(2);
        await _cluster.HostDatabase.HireIngestAsync();
        var minute = await BeginningMinuteAsync();
        await StopOneWithFormingMinutesAsync(minute);
        await KillTheOneOfTheIndexAsync();
        await HangTheOneOfTheIndexAsync();

        await Until.NothingIsMissingAsync(
            $"the final bars of {minute}",
            async () =>
            {
                var final = await _cluster.HostDatabase.ListAsync(
                    $"""
                    SELECT concat_ws(' ', canonical_symbol, trim_scale(open), trim_scale(high), trim_scale(low), trim_scale(close),
                      trade_count, source, is_partial)
                    FROM data_bars WHERE ts_utc = '{minute}' AND canonical_symbol <> 'DXY' ORDER BY canonical_symbol
                    """
                );
                var expected = HostDatabase.Pairs.Order(StringComparer.Ordinal).Select(pair => $"{pair} 1 1.03 0.99 1.015 6 ingest f");
                var index = await _cluster.HostDatabase.CountAsync($"data_bars WHERE canonical_symbol = 'DXY' AND ts_utc = '{minute}'");
                return final.SequenceEqual(expected) && index == 1
                    ? null
                    : $"there are {string.Join(", ", final)} and {index} of the index";
            },
            TimeSpan.FromSeconds(75)
        );
        // What was forming goes once its final bar is committed, not with it.
        await Until.TrueAsync(
            "nothing of the minute is forming",
            async () => await _cluster.HostDatabase.CountAsync($"dxy.forming_bar WHERE ts_utc = '{minute}'") == 0,
            Soon
        );
    }

    async Task StopOneWithFormingMinutesAsync(UtcTime minute)
    {
        await using (var client = await _cluster.ConnectAsync())
        {
            await TickAsync(client, minute, 1.00m, 1.02m, 0.99m);
            var stopped = await SiloOfAsync(client, client.Grains.GetGrain<IBarGrain>("EURUSD/1m"));
            await TickAsync(client, minute, 1.01m);
            var start = Stopwatch.GetTimestamp();
            Assert.Equal(0, await stopped.StopAsync());
            Until.Measured("a silo with forming minutes, stopped: ended with 0 after", Stopwatch.GetElapsedTime(start));
            Assert.Equal(
                1,
                await _cluster.HostDatabase.CountAsync($"dxy.forming_bar WHERE ts_utc = '{minute}' AND symbol = 'EURUSD' AND ticks = 4")
            );
        }

        await using (var other = await _cluster.ConnectAsync())
        {
            await TickAsync(other, minute, 1.03m, 1.015m);
        }

        await Until.TrueAsync(
            "the ticks after it are saved",
            async () =>
                await _cluster.HostDatabase.CountAsync($"dxy.forming_bar WHERE ts_utc = '{minute}' AND ticks = 6") == 6
                || await _cluster.HostDatabase.CountAsync($"data_bars WHERE ts_utc = '{minute}' AND trade_count = 6") == 6,
            Soon
        );
        await _cluster.ReadyAsync(2);
    }

    async Task KillTheOneOfTheIndexAsync()
    {
        var host = _cluster.HostDatabase;
        await using var client = await _cluster.ConnectAsync();
        await host.InsertAsync(Hour(8));
        await Parity.ReachedAsync(host, Hour(8), 60, 7 * 13, Soon);
        var killed = await SiloOfAsync(client, client.Grains.GetGrain<IIndexGrain>("DXY"));
        var survivor = Assert.Single(_cluster.Running, silo => silo != killed);

        await killed.KillAsync();
        await host.InsertAsync(Hour(9));
        Until.Measured(
            "bars inserted right after the kill of the index's silo: derived and rolled up after",
            await Parity.ReachedAsync(host, Hour(9), 60, 7 * 13, TimeSpan.FromSeconds(30))
        );
        await using (var other = await _cluster.ConnectAsync())
        {
            Assert.Equal(survivor.Ports.Silo, await other.PortOfAsync(other.Grains.GetGrain<IIndexGrain>("DXY")));
        }

        Until.Measured("the killed silo started again: ready after", await _cluster.StartAt(killed.Ports).ReadyAsync());
        await host.InsertAsync(Hour(10));
        await Parity.ReachedAsync(host, Hour(10), 60, 7 * 13, Soon);
    }

    async Task HangTheOneOfTheIndexAsync()
    {
        var host = _cluster.HostDatabase;
        await using var client = await _cluster.ConnectAsync();
        var frozen = await SiloOfAsync(client, client.Grains.GetGrain<IIndexGrain>("DXY"));

        await frozen.FreezeAsync();
        await host.InsertAsync(Hour(12));
        Until.Measured(
            "bars inserted while the index's silo hangs: derived and rolled up after",
            await Parity.ReachedAsync(host, Hour(12), 60, 7 * 13, TimeSpan.FromSeconds(60))
        );
        await frozen.KillAsync();
    }

    async Task<SiloProcess> SiloOfAsync(GrainClient client, IAddressable grain)
    {
        int? port = null;
        await Until.TrueAsync("the grain lives somewhere", async () => (port = await client.PortOfAsync(grain)) is not null, Soon);
        return Assert.Single(_cluster.Running, silo => silo.Ports.Silo == port);
    }

    // The minute that runs now, or the next where too little of this one is left.
    async Task<UtcTime> BeginningMinuteAsync()
    {
        var now = await _cluster.HostDatabase.NowAsync();
        if (now - now.Floor(Timeframe.OneMinute) > TimeSpan.FromSeconds(50))
        {
            var next = now.Floor(Timeframe.OneMinute) + Timeframe.OneMinute;
            await Until.TrueAsync(
                "the next minute begins",
                async () => await _cluster.HostDatabase.NowAsync() >= next,
                TimeSpan.FromSeconds(30)
            );
            return next;
        }

        return now.Floor(Timeframe.OneMinute);
    }

    static Task TickAsync(GrainClient client, UtcTime minute, params decimal[] prices) =>
        Task.WhenAll(
            HostDatabase.Pairs.Select(async pair =>
            {
                var now = UtcTime.From(TimeProvider.System.GetUtcNow());
                var quotes = prices.Select(
                    (price, i) => new Quote(UtcTime.Min(now, minute + TimeSpan.FromSeconds(59)) + TimeSpan.FromMilliseconds(i), price)
                );
                var result = await client
                    .Grains.GetGrain<IBarGrain>($"{pair}/1m")
                    .TickAsync(new PublishTicks([.. quotes], BarSource.Ingest), Token);
                Assert.Equal(prices.Length, result.Taken);
            })
        );

    static TimeRange Hour(int hour) => new(UtcTime.At(2024, 3, 6, hour), UtcTime.At(2024, 3, 6, hour + 1));
}
