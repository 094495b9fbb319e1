using DxyOrleans.Cluster.Tests.Harness;
using DxyOrleans.Core.Market;
using DxyOrleans.Core.Time;
using DxyOrleans.Schema;
using DxyOrleans.Testing;

namespace DxyOrleans.Cluster.Tests;

public sealed class MarketTimeTests(TestServer server) : SiloTests(server)
{
    [Fact]
    public async Task The_last_bucket_before_the_Friday_close_is_emitted_on_Friday_and_not_before_it_has_ended()
    {
        Assert.SkipUnless(Server.Embedded is not null, "Market time can be set on an embedded server only.");
        var close = UtcTime.At(2024, 3, 8, 22);
        Assert.True(FxWeek.IsOpen(close - TimeSpan.FromMinutes(1)) && !FxWeek.IsOpen(close));
        var last = new TimeRange(close - TimeSpan.FromMinutes(5), close);

        // Market time stands still two seconds before the close, then goes on: nothing but time can be behind what is emitted after it.
        var cluster = await OpenAsync("friday");
        await cluster.ReadyAsync(1);
        var host = cluster.HostDatabase;
        await host.HireIngestAsync();
        await SetClockAsync(host, close - TimeSpan.FromSeconds(2), 1e-9);
        await host.InsertAsync(last);
        await Until.TrueAsync("the minutes that have ended", async () => await CountAsync(host, "data_bars", "1m", last) == 4, Soon);
        Assert.Equal(0, await CountAsync(host, "derived_data_bars", "5m", last));

        await SetClockAsync(host, close - TimeSpan.FromSeconds(2), 1);
        await Until.TrueAsync(
            "the last bucket of the week",
            async () => await CountAsync(host, "derived_data_bars", "5m", last) == 1,
            Soon
        );
        var emitted = UtcTime.From(
            await host.ValueAsync<DateTime>(
                $"SELECT created_at FROM derived_data_bars WHERE canonical_symbol = 'DXY' AND timeframe = '5m' AND ts_utc = '{last.From}'"
            )
        );
        Until.Measured("the last 5m bar of the week: emitted after the close, market time", emitted - close);
        Assert.InRange(emitted - close, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(1));
        await Parity.ReachedAsync(host, last.Widen(Timeframe.OneHour), 5, 7 * 2, Soon);
    }

    [Fact]
    public async Task A_pair_that_is_silent_for_ten_minutes_leaves_a_gap_of_those_minutes_in_the_index()
    {
        var cluster = await OpenAsync("gaps");
        var silo = cluster.Start(
            "--Feed",
            "simulated",
            "--Simulation:AlwaysOpen",
            "true",
            "--Simulation:GapRate",
            "0.5",
            "--Simulation:BackfillMinutes",
            "360"
        );
        await silo.ReadyAsync();
        var host = cluster.HostDatabase;
        var now = await host.NowAsync();
        var range = new TimeRange((now - TimeSpan.FromHours(5)).Floor(Timeframe.OneHour), now.Floor(Timeframe.OneHour));
        await Until.NothingIsMissingAsync(
            "the simulated market's past is derived",
            async () =>
            {
                var pairs = await host.CountAsync(
                    $"(SELECT canonical_symbol FROM data_bars WHERE canonical_symbol <> 'DXY' AND ts_utc >= timestamptz '{range.To}' - "
                        + $"interval '1 hour' GROUP BY 1) AS p"
                );
                return pairs == 6 ? (await Parity.OfAsync(host, range)).Fault : $"{pairs} of six pairs have come";
            },
            Soon
        );

        // Each stretch of ten minutes or more without a bar of some pair, and how many bars the index has in it.
        var silences = await host.ListAsync(
            $"""
            SELECT s.canonical_symbol || ' ' || s.ts_utc || ' ' || (SELECT count(*) FROM data_bars AS d
                     WHERE d.canonical_symbol = 'DXY' AND d.ts_utc > s.ts_utc AND d.ts_utc < s.next_ts)
            FROM (SELECT canonical_symbol, ts_utc, lead(ts_utc) OVER (PARTITION BY canonical_symbol ORDER BY ts_utc) AS next_ts
              FROM data_bars
                  WHERE timeframe = '1m' AND canonical_symbol <> 'DXY' AND ts_utc >= '{range.From}' AND ts_utc < '{range.To}') AS s
            WHERE s.next_ts - s.ts_utc > interval '10 minutes'
            """
        );
        Assert.NotEmpty(silences);
        Assert.All(silences, silence => Assert.EndsWith(" 0", silence, StringComparison.Ordinal));
        Assert.True((await Parity.OfAsync(host, range)).Minutes > 60);
    }

    [Fact]
    public async Task At_360_times_two_silos_take_six_pairs_of_every_minute_and_roll_up_at_every_boundary_and_a_restart_one_after_the_other_loses_nothing()
    {
        Assert.SkipUnless(Server.Embedded is not null, "Market time can be set on an embedded server only.");
        const double Rate = 360;
        var monday = UtcTime.At(2024, 3, 4, 8);
        var cluster = await OpenAsync("fast");
        var host = cluster.HostDatabase;
        await new SchemaInstaller(cluster.ConnectionString, TimeProvider.System).ApplyAsync(Token);
        await host.RunAsync(
            $$"""UPDATE core_asset_registry_all SET metadata = jsonb_set(metadata, '{since}', '"{{monday}}"') WHERE canonical_symbol = """
                + $$"""'DXY'"""
        );
        await SetClockAsync(host, monday, Rate);
        string[] arguments = ["--Feed", "simulated", "--Poll", "00:00:00.050"];
        SiloProcess[] silos = [cluster.Start(arguments), cluster.Start(arguments)];
        foreach (var silo in silos)
        {
            await silo.ReadyAsync();
            Assert.Contains("market time runs 360 times", silo.Log, StringComparison.Ordinal);
        }

        await Until.TrueAsync(
            "an hour of the market",
            async () => await CountAsync(host, "data_bars", "1m", Day(monday)) >= 60,
            TimeSpan.FromSeconds(30)
        );
        foreach (var silo in silos)
        {
            var before = await GenerationAsync(host, silo);
            await host.RunAsync(
                $"INSERT INTO dxy.restart (silo, run, requested_at) VALUES ('127.0.0.1:{silo.Ports.Silo}@{before}', 'test', dxy.now())"
            );
            Until.Measured(
                "a silo asked to restart: in the cluster again after",
                await Until.TrueAsync(
                    "it is up under another generation",
                    async () => await GenerationAsync(host, silo) > before && await host.CountAsync("dxy.restart") == 0,
                    TimeSpan.FromSeconds(30)
                )
            );
            Assert.True(silo.IsRunning);
        }

        // How much of the market passes until the silos are up is the machine's affair.
        var first = UtcTime.From(await host.ValueAsync<DateTime>("SELECT min(ts_utc) FROM data_bars WHERE canonical_symbol = 'DXY'"));
        var until = (await MarketNowAsync(host) + TimeSpan.FromHours(2)).Floor(Timeframe.OneHour);
        await Until.NothingIsMissingAsync(
            $"the market until {until}",
            async () =>
                await CountAsync(host, "derived_data_bars", "1h", new TimeRange(monday, until)) is var hours
                && hours == (until - first.Floor(Timeframe.OneHour)).TotalHours
                    ? null
                    : $"{hours} hours are rolled up at {await MarketNowAsync(host)}",
            TimeSpan.FromSeconds(60)
        );
        var range = new TimeRange(first, until);
        Assert.Equal((until - first).TotalMinutes, await CountAsync(host, "data_bars", "1m", range));
        Assert.Equal(
            (until - first).TotalMinutes * 6,
            await host.CountAsync(
                $"data_bars WHERE canonical_symbol <> 'DXY' AND timeframe = '1m' AND ts_utc >= '{range.From}' AND ts_utc < '{range.To}'"
            )
        );
        // The index's last hour says nothing of the pairs', which other grains roll up.
        await Until.NothingIsMissingAsync(
            "every bucket of the whole hours",
            async () => (await Parity.OfAsync(host, new TimeRange(first.Ceiling(Timeframe.OneHour), until))).Fault,
            Soon
        );
        var late = TimeSpan.FromSeconds(
            await host.ValueAsync<double>(
                $"SELECT extract(epoch FROM percentile_disc(0.5) WITHIN GROUP (ORDER BY created_at - ts_utc - interval '5 "
                    + $"minutes'))::double precision FROM derived_data_bars WHERE canonical_symbol = 'DXY' AND timeframe = '5m' AND "
                    + $"ts_utc < '{until}'"
            )
        );
        Until.Measured("a 5m bar's emission after its end, median, real time", late / Rate);
        Assert.True(late >= TimeSpan.Zero, "A bucket was emitted before its end.");
    }

    static TimeRange Day(UtcTime from) => new(from, from + TimeSpan.FromDays(1));

    static async Task<UtcTime> MarketNowAsync(HostDatabase host) => UtcTime.From(await host.ValueAsync<DateTime>("SELECT dxy.now()"));

    // 3 is Active.
    static Task<int> GenerationAsync(HostDatabase host, SiloProcess silo) =>
        host.ValueAsync<int>($"SELECT generation FROM dxy_orleans.cluster_member WHERE status = 3 AND port = {silo.Ports.Silo}");

    static Task<int> SetClockAsync(HostDatabase host, UtcTime market, double rate) =>
        host.RunAsync(
            $"""
            INSERT INTO dxy.clock (anchor_real, anchor_market, rate) VALUES (clock_timestamp(), '{market}', {rate.ToString(
                System.Globalization.CultureInfo.InvariantCulture
            )})
            ON CONFLICT (only_row) DO UPDATE SET anchor_real = excluded.anchor_real, anchor_market = excluded.anchor_market,
              rate = excluded.rate
            """
        );

    static Task<long> CountAsync(HostDatabase host, string table, string timeframe, TimeRange range) =>
        host.CountAsync(
            $"{table} WHERE canonical_symbol = 'DXY' AND timeframe = '{timeframe}' AND ts_utc >= '{range.From}' AND ts_utc < '{range.To}'"
        );
}
