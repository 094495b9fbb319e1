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
        await using var host = await MigratingHost.OpenAsync(cluster);
        var silo = Start(cluster);
        await host.StartRunAsync();
        var plan = new KillPlan(few: 8);
        await DriveAsync(host, plan, RunState.Completed, async () =>
        {
            await silo.KillAsync();
            silo = Start(cluster);
        });
        plan.Tell("the silo");
        await JudgeAsync(host);
    }

    [Fact(Explicit = true)]
    public async Task A_run_whose_database_is_killed_again_and_again_ends_as_an_undisturbed_one()
    {
        var cluster = Own(await durable.MakeClusterAsync("database_killed"));
        await using var host = await MigratingHost.OpenAsync(cluster);
        var silo = Start(cluster);
        await host.StartRunAsync();
        var plan = new KillPlan(few: 8);
        await DriveAsync(host, plan, RunState.Completed, async () =>
        {
            await durable.KillAsync();
            await durable.StartAsync();
            host.ForgetConnections();
        });
        Assert.True(silo.IsRunning);
        plan.Tell("the database");
        await JudgeAsync(host);
    }

    [Fact(Explicit = true)]
    public async Task A_rollback_whose_silo_is_killed_on_the_way_back_ends_with_the_tables_as_before_and_what_arrived()
    {
        var cluster = Own(await durable.MakeClusterAsync("back_killed"));
        await using var host = await MigratingHost.OpenAsync(cluster);
        var silo = Start(cluster);
        await host.StartRunAsync();
        await DriveAsync(host, null, RunState.Running, () => Task.CompletedTask, until: run => run.Step == "observe/window");
        await host.HostDatabase.RunAsync($"SELECT dxy.migrate_rollback('{host.Name}')");
        var plan = new KillPlan(few: 3);
        await DriveAsync(host, plan, RunState.RolledBack, async () =>
        {
            await silo.KillAsync();
            silo = Start(cluster);
        });
        plan.Tell("the silo, going back,");
        await new MigrationJudge(host).AssertRolledBackAsync();
    }

    [Fact(Explicit = true)]
    public async Task A_run_through_which_faults_of_every_kind_go_ends_as_an_undisturbed_one()
    {
        var cluster = Own(await durable.MakeClusterAsync("all_kinds"));
        await using var host = await MigratingHost.OpenAsync(cluster);
        var silo = Start(cluster);
        await host.StartRunAsync();
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
                host.ForgetConnections();
            },
            async () =>
            {
                await silo.FreezeAsync();
                await Task.Delay(TimeSpan.FromSeconds(3), TimeProvider.System, Token);
                await silo.WakeAsync();
            },
            async () =>
                await host.HostDatabase.RunAsync(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND application_name "
                        + "LIKE 'dxy-%'"
                ),
            async () =>
                await host.HostDatabase.RunAsync(
                    "BEGIN; LOCK TABLE data_bars, derived_data_bars IN SHARE ROW EXCLUSIVE MODE; SELECT pg_sleep(3); COMMIT"
                ),
        ];
        var plan = new KillPlan(few: 10);
        await DriveAsync(host, plan, RunState.Completed, () => faults[plan.Killed % faults.Length](), until: Supervised);
        plan.Tell("a silo, its database or the way between them");
        await JudgeAsync(host);

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
    static async Task DriveAsync(MigratingHost host, KillPlan? plan, RunState end, Func<Task> killAndStart, Func<Run, bool>? until = null)
    {
        host.Approves = kind => kind != "cleanup" || plan is null || plan.Killed >= plan.Kills - 1;
        var (moved, version) = (Stopwatch.GetTimestamp(), 0L);
        while (true)
        {
            await host.PlayAsync();
            var run = await host.RunAsync();
            if (run.State != RunState.Running || until?.Invoke(run) == true)
            {
                Assert.True(run.State == end, $"{run.State} at {run.Step}: {run.Error}");
                break;
            }

            if (plan?.IsDue(run) == true)
            {
                await plan.KillAsync(killAndStart, host.RunAsync);
            }
            else if (await host.OrderAsync(run))
            {
                plan?.Moved((await host.RunAsync()).Version);
            }

            (moved, version) = run.Version == version ? (moved, version) : (Stopwatch.GetTimestamp(), run.Version);
            if (Stopwatch.GetElapsedTime(moved) > Patience)
            {
                Assert.Fail($"The run stands at {run.Step} ({run.Error}); {await host.HeldAsync()}");
            }

            await Task.Delay(Look, TimeProvider.System, Token);
        }

        Assert.True(
            plan is null || plan.Killed == plan.Kills,
            $"killed {plan?.Killed} times only, at {string.Join(", ", plan?.Places ?? [])}"
        );
    }

    static async Task JudgeAsync(MigratingHost host)
    {
        var judge = new MigrationJudge(host);
        await host.PlayAsync();
        await Until.NothingIsMissingAsync("what was due is derived", judge.BehindAsync, TimeSpan.FromSeconds(90));
        await judge.AssertCompletedAsync();
    }
}
