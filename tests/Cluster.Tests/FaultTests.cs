using DxyOrleans.Abstractions;
using DxyOrleans.Cluster.Tests.Harness;
using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Time;
using DxyOrleans.Schema;
using DxyOrleans.Testing;
using Npgsql;

namespace DxyOrleans.Cluster.Tests;

/// <summary>Each fault that a night may bring (all but the first take ten seconds to half a minute, with <c>--long</c>), done to two silos
/// at work: nothing that was answered for is lost, nothing stands twice, and the index goes on.</summary>
[Collection(DurableServer.Name)]
public sealed class FaultTests(TestServer server, DurableServer durable) : SiloTests(server)
{
    [Fact]
    public async Task The_silo_of_the_index_is_killed()
    {
        await using var disturbed = await DisturbedCluster.OpenAsync(await OpenAsync("fault_kill"));
        await disturbed.InjectAsync("kill -9 of the silo that has the index", "the other silo takes its grains over", async () =>
            await (await disturbed.OfIndexAsync()).KillAsync()
        );
    }

    [Fact(Explicit = true)]
    public async Task The_silo_without_the_index_is_killed()
    {
        await using var disturbed = await DisturbedCluster.OpenAsync(await OpenAsync("fault_kill_other"));
        await disturbed.InjectAsync("kill -9 of another silo", "its grains live on elsewhere", async () =>
        {
            var index = await disturbed.OfIndexAsync();
            await disturbed.Silos.Single(silo => silo.Ports != index.Ports).KillAsync();
        });
    }

    [Fact(Explicit = true)]
    public async Task Every_silo_is_killed_at_once()
    {
        await using var disturbed = await DisturbedCluster.OpenAsync(await OpenAsync("fault_kill_all"));
        await disturbed.InjectAsync("kill -9 of all silos", "started again a second later at the same addresses", async () =>
            await Task.WhenAll(disturbed.Silos.Select(silo => silo.KillAsync()))
        );
    }

    [Fact(Explicit = true)]
    public async Task The_silo_of_the_index_hangs_and_wakes()
    {
        await using var disturbed = await DisturbedCluster.OpenAsync(await OpenAsync("fault_hang"));
        await disturbed.InjectAsync(
            "SIGSTOP of the silo that has the index, 30 s",
            "declared dead; awake again it ends and is started anew",
            async () =>
            {
                var hung = await disturbed.OfIndexAsync();
                await hung.FreezeAsync();
                await Task.Delay(TimeSpan.FromSeconds(30), TimeProvider.System, Token);

                // The hung process still has its activation, and knows of no other: awake again there are two, until it hears that it is
                // dead.
                Assert.NotEqual(hung.Ports, (await disturbed.OfIndexAsync()).Ports);
                Assert.True(hung.IsRunning);
                Assert.Equal(2, disturbed.Silos.Count(silo => silo.Log.Contains("DXY lives on this silo", StringComparison.Ordinal)));
                await hung.WakeAsync();
                Assert.NotEqual(0, await hung.ExitAsync(DisturbedCluster.Patience));
            }
        );
    }

    [Fact(Explicit = true)]
    public async Task The_silo_of_the_index_is_stopped_as_an_upgrade_stops_it()
    {
        await using var disturbed = await DisturbedCluster.OpenAsync(await OpenAsync("fault_stop"));
        await disturbed.InjectAsync("SIGTERM of the silo that has the index (rolling restart)", "hands over and ends with 0", async () =>
            Assert.Equal(0, await (await disturbed.OfIndexAsync()).StopAsync())
        );
    }

    [Fact(Explicit = true)]
    public async Task The_database_server_is_killed()
    {
        await using var disturbed = await DisturbedCluster.OpenAsync(Own(await durable.MakeClusterAsync("fault_server")));
        await disturbed.InjectAsync("kill -9 of the database server", "the server recovers from its log, silos stay up", async () =>
        {
            await durable.KillAsync();
            await durable.StartAsync();
            disturbed.Cluster.HostDatabase.ForgetConnections();
        });
        Assert.All(disturbed.Silos, silo => Assert.True(silo.IsRunning));
    }

    [Fact(Explicit = true)]
    public async Task Every_connection_is_ended_again_and_again()
    {
        await using var disturbed = await DisturbedCluster.OpenAsync(await OpenAsync("fault_ended"));
        await disturbed.InjectAsync(
            "every connection ended by an administrator, 10 times in 5 s",
            "tried again on new connections",
            async () =>
            {
                for (var times = 0; times < 10; times++)
                {
                    await EndConnectionsAsync(disturbed.Cluster.HostDatabase);
                    await Task.Delay(TimeSpan.FromMilliseconds(500), TimeProvider.System, Token);
                }
            }
        );
    }

    [Fact(Explicit = true)]
    public async Task No_new_connection_is_allowed_for_a_while()
    {
        await using var disturbed = await DisturbedCluster.OpenAsync(await OpenAsync("fault_limit"));
        var host = disturbed.Cluster.HostDatabase;
        await disturbed.InjectAsync("all connections ended and no more than three allowed, 5 s", "connects again when it may", async () =>
        {
            await host.RunAsync("DO $$ BEGIN EXECUTE format('ALTER DATABASE %I CONNECTION LIMIT 3', current_database()); END $$");
            await EndConnectionsAsync(host);
            await Task.Delay(TimeSpan.FromSeconds(5), TimeProvider.System, Token);
            await host.RunAsync("DO $$ BEGIN EXECUTE format('ALTER DATABASE %I CONNECTION LIMIT -1', current_database()); END $$");
        });
    }

    [Fact(Explicit = true)]
    public async Task Another_program_locks_the_table()
    {
        await using var disturbed = await DisturbedCluster.OpenAsync(await OpenAsync("fault_lock"));
        await disturbed.InjectAsync("another program locks data_bars, 5 s", "waits, then goes on", async () =>
            await disturbed.Cluster.HostDatabase.RunAsync(
                "BEGIN; LOCK TABLE data_bars IN SHARE ROW EXCLUSIVE MODE; SELECT pg_sleep(5); COMMIT"
            )
        );
    }

    [Fact(Explicit = true)]
    public async Task Statements_run_out_of_time()
    {
        await using var disturbed = await DisturbedCluster.OpenAsync(await OpenAsync("fault_timeout"));
        var host = disturbed.Cluster.HostDatabase;
        await disturbed.InjectAsync("statement_timeout of 2 ms, 5 s", "tried again", async () =>
        {
            await host.RunAsync(
                "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET statement_timeout = %L', current_database(), '2ms'); END $$"
            );
            await EndConnectionsAsync(host);
            await Task.Delay(TimeSpan.FromSeconds(5), TimeProvider.System, Token);
            await host.RunAsync("DO $$ BEGIN EXECUTE format('ALTER DATABASE %I RESET statement_timeout', current_database()); END $$");
            await EndConnectionsAsync(host);
        });
    }

    [Theory(Explicit = true)]
    [InlineData("40001", "serialization failures")]
    [InlineData("40P01", "deadlocks")]
    public async Task Every_other_statement_on_bars_is_refused_for_a_while(string code, string name)
    {
        await using var disturbed = await DisturbedCluster.OpenAsync(await OpenAsync("fault_" + code.ToLowerInvariant()));
        var host = disturbed.Cluster.HostDatabase;
        await disturbed.InjectAsync($"{name} injected in half of all statements that write bars, 5 s", "tried again", async () =>
        {
            await host.RunAsync(
                $"""
                CREATE FUNCTION public.refuse() RETURNS trigger LANGUAGE plpgsql AS
                $f$ BEGIN IF random() < 0.5 THEN RAISE EXCEPTION 'injected' USING ERRCODE = '{code}'; END IF; RETURN NULL; END $f$;
                CREATE TRIGGER refuse BEFORE INSERT OR UPDATE ON data_bars FOR EACH STATEMENT EXECUTE FUNCTION public.refuse();
                """
            );
            await Task.Delay(TimeSpan.FromSeconds(5), TimeProvider.System, Token);
            await host.RunAsync("DROP FUNCTION public.refuse() CASCADE");
        });
    }

    [Fact(Explicit = true)]
    public async Task A_silo_is_cut_off_from_its_database()
    {
        var cluster = await OpenAsync("fault_cut");
        await using var way = new DatabaseWay(cluster.ConnectionString);
        await using var disturbed = await DisturbedCluster.OpenAsync(cluster, way);
        await disturbed.InjectAsync(
            "the way from one silo to the database cut without a word, 20 s",
            "goes on when the way is back",
            async () =>
            {
                way.Cut();
                await Task.Delay(TimeSpan.FromSeconds(20), TimeProvider.System, Token);
                way.Mend();
            }
        );
    }

    [Fact(Explicit = true)]
    public async Task The_database_is_slow()
    {
        var cluster = await OpenAsync("fault_slow");
        await using var one = new DatabaseWay(cluster.ConnectionString);
        await using var other = new DatabaseWay(cluster.ConnectionString);
        await using var disturbed = await DisturbedCluster.OpenAsync(cluster, one, other);
        await disturbed.InjectAsync(
            "100 ms more for each packet between silos and database, 10 s",
            "slower, and back as before",
            async () =>
            {
                one.SlowDown(TimeSpan.FromMilliseconds(100));
                other.SlowDown(TimeSpan.FromMilliseconds(100));
                await Task.Delay(TimeSpan.FromSeconds(10), TimeProvider.System, Token);
                one.SlowDown(TimeSpan.Zero);
                other.SlowDown(TimeSpan.Zero);
            }
        );
    }

    [Fact(Explicit = true)]
    public async Task The_silos_are_cut_off_from_each_other()
    {
        using var network = CutNetwork.Make();
        var cluster = await OpenAsync("fault_split");
        await using var admin = NpgsqlDataSource.Create(Server.AdminConnectionString);
        await using var ask = admin.CreateCommand("SELECT current_setting('unix_socket_directories')");
        var socket = (string)(await ask.ExecuteScalarAsync(Token))!;
        var beside = new NpgsqlConnectionStringBuilder(cluster.ConnectionString) { Host = socket }.ConnectionString;
        await using var disturbed = await DisturbedCluster.OpenAsync(
            cluster,
            [network.PlaceAt(network.Near, beside), network.PlaceAt(network.Far, beside)]
        );
        await disturbed.InjectAsync(
            "the network between the silos cut without a word, 20 s, both with the database, the publisher on one side",
            "one of them is declared dead, ends, and joins again when the way is back",
            async () =>
            {
                network.Cut();
                await Task.Delay(TimeSpan.FromSeconds(20), TimeProvider.System, Token);
                network.Mend();
            }
        );
    }

    [Fact(Explicit = true)]
    public async Task One_of_three_silos_is_cut_off_from_the_others()
    {
        using var network = CutNetwork.Make();
        var cluster = Own(await durable.MakeClusterAsync("fault_split3"));
        var beside = new NpgsqlConnectionStringBuilder(cluster.ConnectionString) { Host = durable.SocketFolder }.ConnectionString;
        await using var disturbed = await DisturbedCluster.OpenAsync(
            cluster,
            [network.PlaceAt(network.Near, beside), network.PlaceAt(network.Near, beside), network.PlaceAt(network.Far, beside)]
        );
        await disturbed.InjectAsync(
            "the network between one silo and two others cut without a word, 20 s, all with the database, the publisher with the two",
            "the one is declared dead, ends, and joins again when the way is back",
            async () =>
            {
                var alone = disturbed.Silos[2];
                network.Cut();
                await Task.Delay(TimeSpan.FromSeconds(20), TimeProvider.System, Token);
                network.Mend();
                Assert.False(alone.IsRunning);
            }
        );
    }

    [Theory(Explicit = true)]
    [InlineData(1, "ahead")]
    [InlineData(-1, "behind")]
    public async Task The_clock_of_one_silo_is_wrong_by_an_hour(int hours, string how)
    {
        var wrong = SiloPlace.WithClock(hours);
        var cluster = await OpenAsync("fault_clock_" + how);
        await new SchemaInstaller(cluster.ConnectionString, TimeProvider.System).ApplyAsync(Token);
        await using var disturbed = await DisturbedCluster.OpenAsync(cluster, [(SiloPlace.Here, []), (wrong, [])]);
        await disturbed.InjectAsync(
            $"the clock of one silo an hour {how}, its grains moved there and back",
            "it takes part; market time is the server's",
            async () =>
            {
                Assert.Contains("market time follows the server's", disturbed.Silos[1].Log, StringComparison.Ordinal);
                await disturbed.Silos[0].StopAsync();
                await disturbed.Market.FlowsAsync(DisturbedCluster.Patience);
                Assert.Equal(disturbed.Silos[1].Ports.Silo, (await disturbed.OfIndexAsync()).Ports.Silo);

                // What is live and what lies in the future is told by the server's clock.
                var now = (await disturbed.Cluster.HostDatabase.NowAsync()).Floor(Timeframe.OneMinute);
                foreach (var (ahead, refused) in new[] { (30, 1), (0, 0), (-30, 0) })
                {
                    var bar = Bar.Create(Series.Parse("EURUSD/1m"), now + TimeSpan.FromMinutes(ahead), 1.1m, 1.1m, 1.1m, 1.1m, 1, null, 1);
                    Assert.Equal(
                        refused,
                        (
                            await disturbed
                                .Market.Grains.GetGrain<IBarGrain>("EURUSD/1m")
                                .PublishAsync(new PublishBars([bar], BarSource.Ingest), Token)
                        )
                            .Refused
                            .Length
                    );
                }

                await disturbed.Silos[0].ReadyAsync();
                await disturbed.Silos[1].StopAsync();
            }
        );
    }

    [Fact(Explicit = true)]
    public async Task A_bar_that_cant_be_derived_is_stored_by_another_program()
    {
        await using var disturbed = await DisturbedCluster.OpenAsync(await OpenAsync("fault_poison"));
        var host = disturbed.Cluster.HostDatabase;
        await host.HireIngestAsync();
        var minute = disturbed.Market.Published.From - TimeSpan.FromMinutes(7);
        await disturbed.InjectAsync(
            "a bar that can't be derived (a price of zero) stored by another program, 5 s",
            "set apart with its reason, derived once it is corrected",
            async () =>
            {
                // A host without our checks.
                await host.RunAsync("ALTER TABLE data_bars DROP CONSTRAINT data_bars_prices_check");
                await host.IngestAsync(
                    $"{HostDatabase.InsertStatement(new TimeRange(minute, minute + TimeSpan.FromMinutes(1)))}; UPDATE data_bars SET "
                        + $"close = 0 WHERE canonical_symbol = 'USDCAD' AND ts_utc = '{minute}'"
                );
                await Until.TrueAsync(
                    "it is set apart with its reason",
                    async () => await host.CountAsync("dxy.due WHERE error LIKE '%USDCAD has to be above zero%'") == 1,
                    DisturbedCluster.Patience
                );
                await disturbed.Market.FlowsAsync(DisturbedCluster.Patience);
                await Task.Delay(TimeSpan.FromSeconds(5), TimeProvider.System, Token);
                Assert.Equal(0, await host.CountAsync($"data_bars WHERE canonical_symbol = 'DXY' AND ts_utc = '{minute}'"));
                await host.IngestAsync($"UPDATE data_bars SET close = open WHERE canonical_symbol = 'USDCAD' AND ts_utc = '{minute}'");
                await Until.TrueAsync(
                    "it is derived",
                    async () => await host.CountAsync($"data_bars WHERE canonical_symbol = 'DXY' AND ts_utc = '{minute}'") == 1,
                    DisturbedCluster.Patience
                );
            }
        );
    }

    [Fact(Explicit = true)]
    public async Task The_server_has_no_connection_left()
    {
        var cluster = Own(await durable.MakeClusterAsync("fault_full"));
        await using var disturbed = await DisturbedCluster.OpenAsync(cluster);
        await using var crowd = new ConnectionCrowd(cluster.ConnectionString);
        await using var administrator = new NpgsqlConnection(
            new NpgsqlConnectionStringBuilder(durable.Server.AdminConnectionString) { Pooling = false }.ConnectionString
        );
        await administrator.OpenAsync(Token);
        await disturbed.InjectAsync(
            "max_connections of the server reached, all connections of the silos ended, 5 s",
            "connects again when it may",
            async () =>
            {
                // Each place that a silo leaves is taken before it comes back, or soon after.
                for (var times = 0; times < 10; times++)
                {
                    await crowd.FillAsync();
                    await using (
                        var end = new NpgsqlCommand(
                            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'dxy-%'",
                            administrator
                        )
                    )
                    {
                        await end.ExecuteNonQueryAsync(Token);
                    }

                    await crowd.FillAsync();
                    await Task.Delay(TimeSpan.FromMilliseconds(500), TimeProvider.System, Token);
                }

                crowd.Leave();
            }
        );
    }

    [Fact(Explicit = true)]
    public async Task The_pools_of_the_silos_are_exhausted()
    {
        var cluster = await OpenAsync("fault_pool");
        await using var one = new DatabaseWay(cluster.ConnectionString);
        await using var other = new DatabaseWay(cluster.ConnectionString);
        await using var disturbed = await DisturbedCluster.OpenAsync(cluster, [Place(one), Place(other)]);
        await disturbed.InjectAsync(
            "pools of four connections, 250 ms more for each packet, 10 s",
            "waits for a connection, and back as before",
            async () =>
            {
                one.SlowDown(TimeSpan.FromMilliseconds(250));
                other.SlowDown(TimeSpan.FromMilliseconds(250));
                await Task.Delay(TimeSpan.FromSeconds(10), TimeProvider.System, Token);
                one.SlowDown(TimeSpan.Zero);
                other.SlowDown(TimeSpan.Zero);
            }
        );

        static (SiloPlace, string[]) Place(DatabaseWay way) => (SiloPlace.Here, ["--Database", way.ConnectionString, "--PoolSize", "4"]);
    }

    [Fact(Explicit = true)]
    public async Task Statements_that_write_bars_are_slow()
    {
        await using var disturbed = await DisturbedCluster.OpenAsync(await OpenAsync("fault_slow_disk"));
        var host = disturbed.Cluster.HostDatabase;
        await disturbed.InjectAsync("each statement that writes bars half a second slower, 10 s", "slower, and back as before", async () =>
        {
            await host.RunAsync(
                """
                CREATE FUNCTION public.dawdle() RETURNS trigger LANGUAGE plpgsql AS $f$ BEGIN PERFORM pg_sleep(0.5); RETURN NULL; END $f$;
                CREATE TRIGGER dawdle BEFORE INSERT OR UPDATE ON data_bars FOR EACH STATEMENT EXECUTE FUNCTION public.dawdle();
                """
            );
            await Task.Delay(TimeSpan.FromSeconds(10), TimeProvider.System, Token);
            await host.RunAsync("DROP FUNCTION public.dawdle() CASCADE");
        });
    }

    [Fact(Explicit = true)]
    public async Task The_volume_of_the_database_is_full()
    {
        var (cluster, disk) = await SmallDisk.OpenAsync(Server, "fault_disk");
        await using var disturbed = await DisturbedCluster.OpenAsync(Own(cluster));
        await disturbed.InjectAsync("the database's volume full to the last byte, 10 s", "goes on when there is room", async () =>
        {
            disk.Fill();
            await Task.Delay(TimeSpan.FromSeconds(10), TimeProvider.System, Token);
            disk.MakeRoom();
        });
    }

    static Task<int> EndConnectionsAsync(HostDatabase host) =>
        host.RunAsync(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE 'dxy-%'"
        );
}
