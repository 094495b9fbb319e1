using System.Diagnostics;
using DxyOrleans.Cluster.Tests.Harness;
using DxyOrleans.Migration.Rules;
using DxyOrleans.Migration.Runs;
using DxyOrleans.Testing;

namespace DxyOrleans.Cluster.Tests.Migrations;

/// <summary>Runs that real processes carry out, on a server that keeps what it has committed, killed without warning: they end as
/// undisturbed ones do.</summary>
[Collection(DurableServer.Name)]
public sealed class MigrationKillTests(TestServer server, DurableServer durable) : SiloTests(server)
{
    static readonly TimeSpan Look = TimeSpan.FromMilliseconds(20);

    // A busy machine takes long to start a silo; a run that doesn't move at all for this long hangs.
    static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    readonly SiloPorts _ports = SiloPorts.Free();

    [Fact(Explicit = true)]
    public async Task A_run_whose_silo_is_killed_again_and_again_ends_as_an_undisturbed_one()
    {
        var cluster = Own(await durable.MakeClusterAsync("silo_killed"));
        await using var shop = await MigratingShop.OpenAsync(cluster);
        var silo = Start(cluster);
        await shop.StartRunAsync();
        var plan = new KillPlan(few: 8);
        await DriveAsync(shop, plan, RunState.Completed, async () =>
        {
            await silo.KillAsync();
            silo = Start(cluster);
        });
        plan.Tell("the silo");
        await JudgeAsync(shop);
    }

    [Fact(Explicit = true)]
    public async Task A_run_whose_database_is_killed_again_and_again_ends_as_an_undisturbed_one()
    {
        var cluster = Own(await durable.MakeClusterAsync("database_killed"));
        await using var shop = await MigratingShop.OpenAsync(cluster);
        var silo = Start(cluster);
        await shop.StartRunAsync();
        var plan = new KillPlan(few: 8);
        await DriveAsync(shop, plan, RunState.Completed, async () =>
        {
            await durable.KillAsync();
            await durable.StartAsync();
            shop.ForgetConnections();
        });
        Assert.True(silo.IsRunning);
        plan.Tell("the database");
        await JudgeAsync(shop);
    }

    [Fact(Explicit = true)]
    public async Task A_rollback_whose_silo_is_killed_on_the_way_back_ends_with_the_tables_as_before_and_what_arrived()
    {
        var cluster = Own(await durable.MakeClusterAsync("back_killed"));
        await using var shop = await MigratingShop.OpenAsync(cluster);
        var silo = Start(cluster);
        await shop.StartRunAsync();
        await DriveAsync(shop, null, RunState.Running, () => Task.CompletedTask, until: run => run.Step == "observe/window");
        await shop.HostDatabase.RunAsync($"SELECT dxy.migrate_rollback('{shop.Name}')");
        var plan = new KillPlan(few: 3);
        await DriveAsync(shop, plan, RunState.RolledBack, async () =>
        {
            await silo.KillAsync();
            silo = Start(cluster);
        });
        plan.Tell("the silo, going back,");
        await new MigrationJudge(shop).AssertRolledBackAsync();
    }

    [Fact(Explicit = true)]
    public async Task A_run_through_which_faults_of_every_kind_go_ends_as_an_undisturbed_one()
    {
        var cluster = Own(await durable.MakeClusterAsync("all_kinds"));
        await using var shop = await MigratingShop.OpenAsync(cluster);
        var silo = Start(cluster);
        await shop.StartRunAsync();
        Func<Task>[] faults =
        [
            async () =>
            {
                await silo.KillAsync();
                silo = Start(cluster);
            },
            async () =>
            {
                await durable.KillAsync();
                await durable.StartAsync();
                shop.ForgetConnections();
            },
            async () =>
            {
                await silo.FreezeAsync();
                await Task.Delay(TimeSpan.FromSeconds(3), TimeProvider.System, Token);
                await silo.WakeAsync();
            },
            async () =>
                await shop.HostDatabase.RunAsync(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND application_name "
                        + "LIKE 'dxy-%'"
                ),
            async () =>
                await shop.HostDatabase.RunAsync(
                    "BEGIN; LOCK TABLE data_bars, derived_data_bars IN SHARE ROW EXCLUSIVE MODE; SELECT pg_sleep(3); COMMIT"
                ),
        ];
        var plan = new KillPlan(few: 10);
        await DriveAsync(shop, plan, RunState.Completed, () => faults[plan.Killed % faults.Length](), until: Supervised);
        plan.Tell("a silo, its database or the way between them");
        await JudgeAsync(shop);

        // Asked to restart, and its connections ended while it stops, it ends as it does when its database is away; a supervisor starts it
        // again.
        bool Supervised(Run run)
        {
            silo = silo.IsRunning ? silo : Start(cluster);
            return false;
        }
    }

    SiloProcess Start(SiloCluster cluster) => cluster.StartAt(_ports, "--Feed", "none", "--Poll", "00:00:00.100");

    /// <summary>Keeps the market going and the run supplied with orders until it is over or <paramref name="until"/> holds, killing as
    /// planned.</summary>
    static async Task DriveAsync(MigratingShop shop, KillPlan? plan, RunState end, Func<Task> killAndStart, Func<Run, bool>? until = null)
    {
        shop.Approves = kind => kind != "cleanup" || plan is null || plan.Killed >= plan.Kills - 1;
        var (moved, version) = (Stopwatch.GetTimestamp(), 0L);
        while (true)
        {
            await shop.PlayAsync();
            var run = await shop.RunAsync();
            if (run.State != RunState.Running || until?.Invoke(run) == true)
            {
                Assert.True(run.State == end, $"{run.State} at {run.Step}: {run.Error}");
                break;
            }

            if (plan?.IsDue(run) == true)
            {
                await plan.KillAsync(killAndStart, shop.RunAsync);
            }
            else if (await shop.OrderAsync(run))
            {
                plan?.Moved((await shop.RunAsync()).Version);
            }

            (moved, version) = run.Version == version ? (moved, version) : (Stopwatch.GetTimestamp(), run.Version);
            if (Stopwatch.GetElapsedTime(moved) > Patience)
            {
                Assert.Fail($"The run stands at {run.Step} ({run.Error}); {await shop.HeldAsync()}");
            }

            await Task.Delay(Look, TimeProvider.System, Token);
        }

        Assert.True(
            plan is null || plan.Killed == plan.Kills,
            $"killed {plan?.Killed} times only, at {string.Join(", ", plan?.Places ?? [])}"
        );
    }

    static async Task JudgeAsync(MigratingShop shop)
    {
        var judge = new MigrationJudge(shop);
        await shop.PlayAsync();
        await Until.NothingIsMissingAsync("what was due is derived", judge.BehindAsync, TimeSpan.FromSeconds(90));
        await judge.AssertCompletedAsync();
    }
}
