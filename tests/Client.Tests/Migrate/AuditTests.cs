using DxyOrleans.Testing;

namespace DxyOrleans.Client.Tests.Migrate;

/// <summary>What the log can be told by. Whoever may rewrite all of it and the run's row too is found only by a head that was kept
/// elsewhere.</summary>
public sealed class AuditTests(TestServer server)
{
    [Fact]
    public async Task A_log_that_nobody_touched_is_sound_and_listed_whole()
    {
        await using var dxy = await LoggedAsync();
        var verified = (await dxy.MigrateAsync(0, "audit", "verify", "--json")).Json;
        Assert.True(verified.GetProperty("sound").GetBoolean());
        Assert.Equal(6, verified.GetProperty("events").GetInt32());
        var events = (await dxy.MigrateAsync(0, "audit", "--json")).Json.GetProperty("events").EnumerateArray().ToList();
        Assert.Equal(
            ["started", "step begun", "paused", "resumed", "settings changed", "größe 🙂"],
            events.Select(one => one.GetProperty("kind").GetString())
        );
        Assert.Equal(verified.GetProperty("head").GetString(), events[^1].GetProperty("hash").GetString());
    }

    [Theory]
    [InlineData("UPDATE dxy.run_event SET detail = '{\"reason\": \"another\"}' WHERE seq = 3", 3)]
    [InlineData("UPDATE dxy.run_event SET role = 'somebody' WHERE seq = 4", 4)]
    [InlineData("UPDATE dxy.run_event SET at = at + interval '1 microsecond' WHERE seq = 2", 2)]
    [InlineData("UPDATE dxy.run_event SET kind = 'accepted' WHERE seq = 6", 6)]
    [InlineData("DELETE FROM dxy.run_event WHERE seq = 3", 3)]
    [InlineData("DELETE FROM dxy.run_event WHERE seq = 1", 1)]
    [InlineData("DELETE FROM dxy.run_event WHERE seq = 3; UPDATE dxy.run_event SET seq = seq - 1 WHERE seq > 3", 3)]
    [InlineData("DELETE FROM dxy.run_event WHERE seq = 6", 6)]
    [InlineData("DELETE FROM dxy.run_event WHERE seq > 2", 3)]
    [InlineData("DELETE FROM dxy.run_event", 1)]
    [InlineData(
        "ALTER TABLE dxy.run_event DISABLE TRIGGER run_event_chain; INSERT INTO dxy.run_event SELECT run, 7, at, role, 'approved', "
            + "'{}', hash FROM dxy.run_event WHERE seq = 6",
        7
    )]
    [InlineData(
        "ALTER TABLE dxy.run_event DISABLE TRIGGER run_event_chain; UPDATE dxy.run_event SET seq = -seq WHERE seq > 3; UPDATE "
            + "dxy.run_event SET seq = 1 - seq WHERE seq < 0; INSERT INTO dxy.run_event SELECT run, 4, at, role, 'approved', '{}', hash "
            + "FROM dxy.run_event WHERE seq = 3",
        4
    )]
    public async Task A_fault_that_was_planted_is_found_and_the_first_broken_event_named(string fault, int broken)
    {
        await using var dxy = await LoggedAsync();
        await dxy.Database.RunAsync(fault);
        var found = await dxy.MigrateAsync(10, "audit", "verify", "--json");
        Assert.Equal(broken, found.Json.GetProperty("first_broken").GetInt32());
        Assert.Contains($"event {broken} ", found.Json.GetProperty("fault").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_row_that_says_another_state_than_the_log_leads_to_is_found()
    {
        await using var dxy = await LoggedAsync();
        await dxy.Database.RunAsync("UPDATE dxy.run SET state = 'completed'");
        Assert.Contains("the log leads to Running", (await dxy.MigrateAsync(10, "audit", "verify")).Out, StringComparison.Ordinal);
        await dxy.Database.RunAsync("UPDATE dxy.run SET state = 'running', step = 'purge/rows'");
        Assert.Contains("'copy/bars'", (await dxy.MigrateAsync(10, "audit", "verify")).Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_log_written_anew_with_the_runs_row_is_found_by_a_head_that_was_kept()
    {
        await using var dxy = await LoggedAsync();
        var head = (await dxy.MigrateAsync(0, "audit", "verify", "--json")).Json.GetProperty("head").GetString()!;
        await dxy.Database.RunAsync($"SELECT dxy.migrate_log('{Runs.Name}', 'said')");
        await dxy.MigrateAsync(0, "audit", "verify", "--head", head);
        await dxy.Database.RunAsync(
            """
            CREATE TEMP TABLE kept AS SELECT * FROM dxy.run_event WHERE seq <> 3 ORDER BY seq;
            DELETE FROM dxy.run_event;
            UPDATE dxy.run SET log_seq = 0, log_hash = NULL;
            INSERT INTO dxy.run_event (run, kind, detail) SELECT run, kind, detail FROM kept ORDER BY seq
            """
        );
        await dxy.MigrateAsync(0, "audit", "verify");
        Assert.Contains("written anew", (await dxy.MigrateAsync(10, "audit", "verify", "--head", head)).Out, StringComparison.Ordinal);
    }

    async Task<Dxy> LoggedAsync()
    {
        var dxy = await Runs.StartAsync(server);
        await dxy.AtAsync(4, "copy/bars");
        await dxy.MigrateAsync(0, "pause", "--reason", "month end");
        await dxy.MigrateAsync(0, "resume");
        await dxy.MigrateAsync(0, "throttle", "batch-ms=40");
        await dxy.Database.RunAsync($$"""SELECT dxy.migrate_log('{{Runs.Name}}', 'größe 🙂', '{"note": "é 🙂 \"x\""}')""");
        return dxy;
    }
}
