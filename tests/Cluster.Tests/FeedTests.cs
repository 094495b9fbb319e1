using System.Globalization;
using DxyOrleans.Cluster.Tests.Harness;
using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Time;
using DxyOrleans.FakeFeeds;
using DxyOrleans.Feeds.Simulated;
using DxyOrleans.Testing;

namespace DxyOrleans.Cluster.Tests;

/// <summary>Live feeds by silos as they are run, against vendors that aren't: real sockets, a fast clock.</summary>
public sealed class FeedTests(TestServer server) : SiloTests(server)
{
    const string Key = "a-key-that-nobody-may-see";

    static readonly UtcTime Begin = UtcTime.At(2024, 3, 5, 12, 59, 30);

    // Each pair in each minute, so that the index has each minute.
    static readonly SimulatedMarket Market = new(new SimulationOptions { Pairs = SimulatedPair.EveryMinute });

    [Fact]
    public async Task After_an_hour_of_OANDAs_faults_the_tables_are_those_of_a_clean_market()
    {
        var (cluster, clock) = await OpenAtAsync("oanda", 240);
        var plan = new FaultPlan(FakeOanda.Hour);
        await using var vendor = new FakeOanda(new FakeMarket(Market, clock), plan, Key, "101-1");
        await vendor.StartAsync();
        await cluster
            .Start([
                "--Feed",
                "oanda",
                "--Oanda:Rest",
                $"http://{vendor.Place}",
                "--Oanda:Stream",
                $"http://{vendor.Place}",
                "--Oanda:Token",
                Key,
                "--Oanda:Account",
                "101-1",
                "--Oanda:Patience",
                "00:00:00.9",
                "--Oanda:RequestsPerSecond",
                "1000",
                .. Impatient,
            ])
            .ReadyAsync();

        // What a silo that came up late has missed in this hour is played in the next.
        await Until.NothingIsMissingAsync(
            "every fault",
            () =>
                Task.FromResult(
                    FakeOanda.Hour.Values.Except(plan.Played.Keys).ToList() is { Count: > 0 } left ? string.Join(", ", left) : null
                ),
            TimeSpan.FromSeconds(90)
        );
        var now = UtcTime.From(clock.GetUtcNow());
        var hours = new TimeRange(UtcTime.At(2024, 3, 5, 13), now.Ceiling(Timeframe.OneHour));
        await EqualAsync(cluster.HostDatabase, clock, hours, TimeSpan.FromSeconds(90));
        var count = hours.Length.Ticks / Timeframe.OneHour.Ticks;
        await Parity.ReachedAsync(cluster.HostDatabase, hours, 60 * count, 7 * 13 * count, Soon);
        Assert.All(cluster.All, silo => Assert.DoesNotContain(Key, silo.Log, StringComparison.Ordinal));
    }

    [Fact]
    public async Task When_the_silo_that_holds_the_connection_is_killed_bars_go_on_from_another_and_none_is_missing()
    {
        var (cluster, clock) = await OpenAtAsync("massive", 30);
        await using var vendor = new FakeMassive(new FakeMarket(Market, clock), FaultPlan.None, Key);
        await vendor.StartAsync();
        string[] feed =
        [
            "--Feed",
            "massive",
            "--Massive:Rest",
            $"http://{vendor.Place}",
            "--Massive:Socket",
            $"ws://{vendor.Place}/forex",
            "--Massive:ApiKey",
            Key,
            "--Massive:RequestsPerMinute",
            "0",
            .. Impatient,
        ];
        SiloProcess[] silos = [cluster.Start(feed), cluster.Start(feed)];
        foreach (var silo in silos)
        {
            await silo.ReadyAsync();
        }

        await Until.TrueAsync("bars come", async () => await NewestAsync(cluster.HostDatabase) >= UtcTime.At(2024, 3, 5, 13, 1), Patience);
        var holder = silos.Single(silo => silo.Log.Contains("The feed massive runs here", StringComparison.Ordinal));
        var killed = UtcTime.From(clock.GetUtcNow());
        await holder.KillAsync();

        var took = await Until.TrueAsync(
            "bars of minutes after the kill, from the other silo",
            async () => await NewestAsync(cluster.HostDatabase) >= killed.Ceiling(Timeframe.OneMinute),
            TimeSpan.FromSeconds(10)
        );
        Until.Measured("the silo that held the feed was killed: the next bar after", took);
        Assert.Contains("The feed massive runs here", silos.Single(silo => silo != holder).Log, StringComparison.Ordinal);
        var end = UtcTime.From(clock.GetUtcNow()).Floor(Timeframe.OneMinute);
        await EqualAsync(cluster.HostDatabase, clock, new TimeRange(Begin.Ceiling(Timeframe.OneMinute), end), Patience);
    }

    [Fact]
    public async Task The_simulated_market_goes_on_where_it_was_when_its_silo_is_killed()
    {
        var (cluster, clock) = await OpenAtAsync("simulated", 30);
        string[] feed = ["--Feed", "simulated", "--Simulation:Bars", "false", "--Simulation:Seed", "1"];
        SiloProcess[] silos = [cluster.Start(feed), cluster.Start(feed)];
        foreach (var silo in silos)
        {
            await silo.ReadyAsync();
        }

        await Until.TrueAsync("bars come", async () => await NewestAsync(cluster.HostDatabase) >= UtcTime.At(2024, 3, 5, 13, 1), Patience);
        var holder = silos.Single(silo => silo.Log.Contains("The feed simulated runs here", StringComparison.Ordinal));
        var first = await cluster.HostDatabase.ValueAsync<DateTime>("SELECT min(ts_utc) FROM data_bars WHERE canonical_symbol = 'EURUSD'");
        var killed = UtcTime.From(clock.GetUtcNow());
        await holder.KillAsync();
        await Until.TrueAsync(
            "bars of minutes after the kill, from the other silo",
            async () => await NewestAsync(cluster.HostDatabase) >= killed + TimeSpan.FromMinutes(2),
            Patience
        );
        var whole = await cluster.HostDatabase.CountAsync(
            $"""
            generate_series('{UtcTime.From(first.ToUniversalTime())}'::timestamptz, '{killed
                + TimeSpan.FromMinutes(1)}'::timestamptz, '1 minute') AS m(t)
            LEFT JOIN data_bars AS b ON b.ts_utc = m.t AND b.canonical_symbol = 'EURUSD' AND b.timeframe = '1m' WHERE b.ts_utc IS NULL
            """
        );
        Assert.Equal(0, whole);
    }

    static readonly TimeSpan Patience = TimeSpan.FromSeconds(40);

    static readonly string[] Impatient =
    [
        "--FeedBackfill",
        "00:00:00",
        "--Feeds:BackOffLeast",
        "00:00:00.05",
        "--Feeds:BackOffMost",
        "00:00:00.5",
        "--Feeds:Stable",
        "00:00:00.01",
    ];

    async Task<(SiloCluster Cluster, MarketClock Clock)> OpenAtAsync(string name, double rate)
    {
        Assert.SkipUnless(Server.Embedded is not null, "Market time can be set on an embedded server only.");
        var database = await Server.CreateInstalledDatabaseAsync(cancellationToken: Token);
        var cluster = Own(new SiloCluster(name, database.ConnectionString, database));
        // Time goes on when the silos are up, so that the hour's beginning isn't behind them.
        var anchor = UtcTime.From(TimeProvider.System.GetUtcNow()) + TimeSpan.FromSeconds(6);
        await cluster.HostDatabase.RunAsync(
            $"INSERT INTO dxy.clock (anchor_real, anchor_market, rate) VALUES ('{anchor}', '{Begin}', "
                + $"{rate.ToString(CultureInfo.InvariantCulture)})"
        );
        return (cluster, new MarketClock(TimeProvider.System, anchor, Begin, rate));
    }

    static async Task<UtcTime> NewestAsync(HostDatabase host) =>
        UtcTime.From(
            (
                await host.ValueAsync<DateTime?>("SELECT max(ts_utc) FROM data_bars WHERE canonical_symbol = 'EURUSD' AND timeframe = '1m'")
            )?.ToUniversalTime() ?? DateTime.UnixEpoch
        );

    static async Task EqualAsync(HostDatabase host, MarketClock clock, TimeRange range, TimeSpan deadline)
    {
        var expected = Market
            .Symbols.SelectMany(symbol => Minutes(range).Select(minute => Market.BarOf(symbol, minute)))
            .OfType<Bar>()
            .Select(bar =>
                FormattableString.Invariant(
                    $"{bar.Symbol} {bar.Time} {bar.Open:0.########} {bar.High:0.########} {bar.Low:0.########} {bar.Close:0.########} {bar.TradeCount}"
                )
            )
            .Order(StringComparer.Ordinal)
            .ToList();
        await Until.NothingIsMissingAsync(
            $"the bars of {range}",
            async () =>
            {
                var stored = await host.ListAsync(
                    $"""
                    SELECT concat_ws(' ', canonical_symbol, to_char(ts_utc AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
                      trim_scale(open), trim_scale(high),
                                     trim_scale(low), trim_scale(close), trade_count)
                    FROM data_bars WHERE timeframe = '1m' AND canonical_symbol <> 'DXY' AND ts_utc >= '{range.From}'
                      AND ts_utc < '{range.To}'
                    """
                );
                var wrong = expected.Except(stored).ToList();
                return UtcTime.From(clock.GetUtcNow()) < range.To ? $"it is {clock.GetUtcNow():O}"
                    : stored.Count != expected.Count || wrong.Count > 0
                        ? $"{stored.Count} of {expected.Count} are stored, {wrong.Count} not as they should be, first "
                            + $"{wrong.FirstOrDefault()}"
                    : null;
            },
            deadline
        );
    }

    static IEnumerable<UtcTime> Minutes(TimeRange range)
    {
        for (var minute = range.From; minute < range.To; minute += Timeframe.OneMinute)
        {
            yield return minute;
        }
    }
}
