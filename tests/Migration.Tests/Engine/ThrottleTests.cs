using System.Collections.Immutable;
using DxyOrleans.Migration.Engine;
using DxyOrleans.Migration.Rules;
using DxyOrleans.Migration.Runs;
using DxyOrleans.Testing;

namespace DxyOrleans.Migration.Tests.Engine;

public sealed class ThrottleTests(TestServer server)
{
    [Fact]
    public async Task The_copy_is_held_back_while_a_live_minute_waits_and_says_so()
    {
        await using var host = await CopyRun.OpenAsync(server);
        await host.DriveAsync(CopyRun.Steps(CopyRun.Copying), run => run.Step == "copy/bars");
        await host.TestHost.AtAsync(TestHost.Minute(302));
        await host.TestHost.RunAsync(LegacyTables.Fx(300, 1));
        await host.TestHost.RunAsync(
            "SELECT dxy.expand_changes(); UPDATE dxy.clock SET anchor_market = anchor_market + interval '30 seconds', rate = 1"
        );
        await host.DriveAsync(CopyRun.Steps(CopyRun.Copying));
        Assert.Matches(@"^a live bar has been waiting for 3\d\.\d s, more than 5 s$", (await host.RunAsync()).Throttled);
        Assert.Equal(0, await host.CountAsync("dxy.run_batch"));

        await host.TestHost.DrainAsync();
        await host.CopyAsync();
        Assert.Equal(RunState.Completed, (await host.RunAsync()).State);
        Assert.True(await host.TestHost.ValueAsync<long>("SELECT throttled_ms FROM dxy.run") > 0);
    }

    // A batch lets a waiting minute through first, and so would wait for nobody each time.
    [Fact]
    public async Task Where_no_live_minute_waits_there_is_none_to_let_through()
    {
        await using var host = await CopyRun.OpenAsync(server);
        await host.DriveAsync(CopyRun.Steps(CopyRun.Copying), run => run.Step == "copy/bars");
        var context = new RunContext(await host.RunAsync(), ImmutableDictionary<string, RunStep>.Empty, host.Data, host.RealTime);
        Assert.Null((await Throttle.SignsAsync(context, null, TestHost.Token)).Signs.LiveLateSeconds);

        await host.TestHost.AtAsync(TestHost.Minute(302));
        await host.TestHost.RunAsync(LegacyTables.Fx(300, 1));
        Assert.NotNull((await Throttle.SignsAsync(context, null, TestHost.Token)).Signs.LiveLateSeconds);
    }

    [Fact]
    public async Task Live_minutes_are_known_from_what_is_stored_one_by_one_and_not_from_what_the_copy_stores()
    {
        await using var host = await CopyRun.OpenAsync(server);
        await host.DriveAsync(CopyRun.Steps(CopyRun.Copying), run => run.Step == "copy/bars");
        var context = new RunContext(await host.RunAsync(), ImmutableDictionary<string, RunStep>.Empty, host.Data, host.RealTime);
        await host.CopyAsync();
        Assert.True(await host.CountAsync("dxy.touch") > 0);
        Assert.False((await Throttle.CheckAsync(context, null, TestHost.Token)).IsLive);

        await host.TestHost.AtAsync(TestHost.Minute(302));
        await host.TestHost.RunAsync(LegacyTables.Fx(300, 1));
        await host.TestHost.DrainAsync();
        Assert.True((await Throttle.CheckAsync(context, null, TestHost.Token)).IsLive);
    }

    [Fact]
    public async Task How_long_a_minute_waits_is_real_time_whatever_the_markets_clock()
    {
        await using var host = await CopyRun.OpenAsync(server);
        await host.DriveAsync(CopyRun.Steps(CopyRun.Copying), run => run.Step == "copy/bars");
        await host.TestHost.AtAsync(TestHost.Minute(302));
        await host.TestHost.RunAsync(LegacyTables.Fx(300, 1));
        await host.TestHost.RunAsync(
            "SELECT dxy.expand_changes(); UPDATE dxy.clock SET anchor_market = anchor_market + interval '30 seconds', anchor_real = "
                + "clock_timestamp() + interval '1 hour', rate = 60"
        );
        await host.CopyAsync();
        Assert.Null((await host.RunAsync()).Throttled);
        Assert.Equal(RunState.Completed, (await host.RunAsync()).State);
    }

    [Fact]
    public async Task The_copy_is_held_back_while_sessions_wait_for_locks()
    {
        await using var host = await CopyRun.OpenAsync(server);
        await host.TestHost.RunAsync($$"""SELECT dxy.migrate_set('{{LegacyHost.Name}}', '{"max_lock_waits": 0}')""");
        await host.DriveAsync(CopyRun.Steps(CopyRun.Copying), run => run.Step == "copy/bars");
        await using var holder = await host.Data.OpenConnectionAsync(TestHost.Token);
        await using var hold = await holder.BeginTransactionAsync(TestHost.Token);
        await using (var take = new Npgsql.NpgsqlCommand("SELECT pg_advisory_xact_lock(1)", holder))
        {
            await take.ExecuteNonQueryAsync(TestHost.Token);
        }

        var waiting = host.TestHost.RunAsync("SELECT pg_advisory_xact_lock(1)");
        while (
            await host.CountAsync(
                "pg_locks WHERE NOT granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
            ) == 0
        )
        {
            await host.TestHost.RunAsync("SELECT pg_sleep(0.01)");
        }

        await host.DriveAsync(CopyRun.Steps(CopyRun.Copying));
        Assert.Matches("^[0-9]+ sessions wait for a lock, more than 0$", (await host.RunAsync()).Throttled);
        await hold.RollbackAsync(TestHost.Token);
        await waiting;
    }
}
