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
        await using var shop = await CopyRun.OpenAsync(server);
        await shop.DriveAsync(CopyRun.Steps(CopyRun.Copying), run => run.Step == "copy/bars");
        await shop.Shop.AtAsync(Shop.Minute(302));
        await shop.Shop.RunAsync(LegacyTables.Fx(300, 1));
        await shop.Shop.RunAsync(
            "SELECT dxy.expand_changes(); UPDATE dxy.clock SET anchor_market = anchor_market + interval '30 seconds', rate = 1"
        );
        await shop.DriveAsync(CopyRun.Steps(CopyRun.Copying));
        Assert.Matches(@"^a live bar has been waiting for 3\d\.\d s, more than 5 s$", (await shop.RunAsync()).Throttled);
        Assert.Equal(0, await shop.CountAsync("dxy.run_batch"));

        await shop.Shop.DrainAsync();
        await shop.CopyAsync();
        Assert.Equal(RunState.Completed, (await shop.RunAsync()).State);
        Assert.True(await shop.Shop.ValueAsync<long>("SELECT throttled_ms FROM dxy.run") > 0);
    }

    // A batch lets a waiting minute through first, and so would wait for nobody each time.
    [Fact]
    public async Task Where_no_live_minute_waits_there_is_none_to_let_through()
    {
        await using var shop = await CopyRun.OpenAsync(server);
        await shop.DriveAsync(CopyRun.Steps(CopyRun.Copying), run => run.Step == "copy/bars");
        var context = new RunContext(await shop.RunAsync(), ImmutableDictionary<string, RunStep>.Empty, shop.Data, shop.RealTime);
        Assert.Null((await Throttle.SignsAsync(context, null, Shop.Token)).Signs.LiveLateSeconds);

        await shop.Shop.AtAsync(Shop.Minute(302));
        await shop.Shop.RunAsync(LegacyTables.Fx(300, 1));
        Assert.NotNull((await Throttle.SignsAsync(context, null, Shop.Token)).Signs.LiveLateSeconds);
    }

    [Fact]
    public async Task Live_minutes_are_known_from_what_is_stored_one_by_one_and_not_from_what_the_copy_stores()
    {
        await using var shop = await CopyRun.OpenAsync(server);
        await shop.DriveAsync(CopyRun.Steps(CopyRun.Copying), run => run.Step == "copy/bars");
        var context = new RunContext(await shop.RunAsync(), ImmutableDictionary<string, RunStep>.Empty, shop.Data, shop.RealTime);
        await shop.CopyAsync();
        Assert.True(await shop.CountAsync("dxy.touch") > 0);
        Assert.False((await Throttle.CheckAsync(context, null, Shop.Token)).IsLive);

        await shop.Shop.AtAsync(Shop.Minute(302));
        await shop.Shop.RunAsync(LegacyTables.Fx(300, 1));
        await shop.Shop.DrainAsync();
        Assert.True((await Throttle.CheckAsync(context, null, Shop.Token)).IsLive);
    }

    [Fact]
    public async Task How_long_a_minute_waits_is_real_time_whatever_the_markets_clock()
    {
        await using var shop = await CopyRun.OpenAsync(server);
        await shop.DriveAsync(CopyRun.Steps(CopyRun.Copying), run => run.Step == "copy/bars");
        await shop.Shop.AtAsync(Shop.Minute(302));
        await shop.Shop.RunAsync(LegacyTables.Fx(300, 1));
        await shop.Shop.RunAsync(
            "SELECT dxy.expand_changes(); UPDATE dxy.clock SET anchor_market = anchor_market + interval '30 seconds', anchor_real = "
                + "clock_timestamp() + interval '1 hour', rate = 60"
        );
        await shop.CopyAsync();
        Assert.Null((await shop.RunAsync()).Throttled);
        Assert.Equal(RunState.Completed, (await shop.RunAsync()).State);
    }

    [Fact]
    public async Task The_copy_is_held_back_while_sessions_wait_for_locks()
    {
        await using var shop = await CopyRun.OpenAsync(server);
        await shop.Shop.RunAsync($$"""SELECT dxy.migrate_set('{{LegacyShop.Name}}', '{"max_lock_waits": 0}')""");
        await shop.DriveAsync(CopyRun.Steps(CopyRun.Copying), run => run.Step == "copy/bars");
        await using var holder = await shop.Data.OpenConnectionAsync(Shop.Token);
        await using var hold = await holder.BeginTransactionAsync(Shop.Token);
        await using (var take = new Npgsql.NpgsqlCommand("SELECT pg_advisory_xact_lock(1)", holder))
        {
            await take.ExecuteNonQueryAsync(Shop.Token);
        }

        var waiting = shop.Shop.RunAsync("SELECT pg_advisory_xact_lock(1)");
        while (
            await shop.CountAsync(
                "pg_locks WHERE NOT granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
            ) == 0
        )
        {
            await shop.Shop.RunAsync("SELECT pg_sleep(0.01)");
        }

        await shop.DriveAsync(CopyRun.Steps(CopyRun.Copying));
        Assert.Matches("^[0-9]+ sessions wait for a lock, more than 0$", (await shop.RunAsync()).Throttled);
        await hold.RollbackAsync(Shop.Token);
        await waiting;
    }
}
