using DxyOrleans.Testing;

namespace DxyOrleans.Client.Tests.Migrate;

public sealed class OrderTests(TestServer server)
{
    [Fact]
    public async Task A_start_stores_what_was_said_and_makes_a_free_name_from_symbol_and_date()
    {
        await using var dxy = await Dxy.OnAsync(server);
        var first = await dxy.MigrateAsync(
            0,
            "start",
            "--json",
            "--legacy",
            "mirrored",
            "--on-different",
            "take-source",
            "--batch-ms",
            "50",
            "--window-hours",
            "0.5"
        );
        Assert.Matches("^dxy-[0-9]{8}$", first.Json.GetProperty("run").GetString());
        var settings = (await dxy.StatusAsync()).GetProperty("settings");
        Assert.Equal("mirrored", settings.GetProperty("legacy_writers").GetString());
        Assert.Equal("take_source", settings.GetProperty("different").GetString());
        Assert.Equal(50, settings.GetProperty("batch_ms").GetInt32());
        Assert.Equal(0.5, settings.GetProperty("window_hours").GetDouble());
        Assert.Equal(1440, settings.GetProperty("healthy_minutes").GetInt32());
        await dxy.Database.RunAsync("UPDATE dxy.run SET state = 'rolled_back'");
        var second = await dxy.MigrateAsync(0, "start", "--json");
        Assert.Equal(first.Json.GetProperty("run").GetString() + "-2", second.Json.GetProperty("run").GetString());
    }

    [Fact]
    public async Task A_second_start_is_refused_with_who_holds_it()
    {
        await using var dxy = await Runs.StartAsync(server);
        var refused = await dxy.MigrateAsync(4, "start", "another", "--json");
        var error = refused.Json.GetProperty("error");
        Assert.Contains($"{Runs.Name} is running, started by ", error.GetProperty("what").GetString(), StringComparison.Ordinal);
        Assert.Contains("one run at a time", error.GetProperty("todo").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--batch-ms", "5")]
    [InlineData("--batch-rows", "1.5")]
    [InlineData("--window-hours", "long")]
    [InlineData("--legacy", "ignored")]
    [InlineData("--on-different", "guess")]
    public async Task What_no_run_can_be_told_ends_with_2_and_starts_nothing(string option, string value)
    {
        await using var dxy = await Dxy.OnAsync(server);
        await dxy.MigrateAsync(2, "start", option, value);
        Assert.Equal(0, await dxy.Database.ValueAsync<long>("SELECT count(*) FROM dxy.run"));
        await dxy.MigrateAsync(2, "start", "No_Name");
        await dxy.MigrateAsync(2, "pause");
    }

    [Fact]
    public async Task Pause_resume_and_retry_follow_the_state_and_are_refused_out_of_it()
    {
        await using var dxy = await Runs.StartAsync(server);
        await dxy.MigrateAsync(4, "resume");
        await dxy.MigrateAsync(4, "retry");
        await dxy.MigrateAsync(0, "pause", "--reason", "month end");
        await dxy.MigrateAsync(4, "pause");
        Assert.Equal("paused", (await dxy.StatusAsync()).GetProperty("state").GetString());
        Assert.Equal(
            """{"reason": "month end"}""",
            await dxy.Database.ValueAsync<string>("SELECT detail::text FROM dxy.run_event ORDER BY seq DESC LIMIT 1")
        );
        await dxy.MigrateAsync(0, "resume", Runs.Name);
        await dxy.Database.RunAsync("UPDATE dxy.run SET state = 'failed', error = 'disk full', attempts = 8");
        Assert.Contains("migrate retry", (await dxy.MigrateAsync(4, "resume")).Error, StringComparison.Ordinal);
        await dxy.MigrateAsync(0, "retry");
        Assert.Equal("running", (await dxy.StatusAsync()).GetProperty("state").GetString());
    }

    [Fact]
    public async Task A_rollback_with_here_is_carried_out_by_the_console_itself_without_a_silo()
    {
        await using var dxy = await Runs.StartAsync(server);
        var back = await dxy.MigrateAsync(0, "rollback", "--here", "--yes", "--json");
        Assert.Equal("rolled_back", back.Json.GetProperty("state").GetString());
        await dxy.MigrateAsync(4, "rollback", "--here", "--yes");
    }

    [Fact]
    public async Task Health_fails_for_a_program_that_still_writes_the_old_table_after_the_switch_also_once_the_run_is_completed()
    {
        await using var dxy = await Runs.StartAsync(server);
        await dxy.Database.RunAsync(
            $$"""
            SELECT dxy.touch_on(); INSERT INTO dxy.watched VALUES ('DXY', '{{Runs.Name}}', dxy.now());
            SELECT dxy.migrate_log('{{Runs.Name}}', 'route turned', '{"mode": "both_read_new"}')
            """
        );
        Assert.Equal("PASS", (await LateAsync()).GetProperty("status").GetString());
        await dxy.EndAsync();
        await dxy.Database.RunAsync(
            """
            INSERT INTO dxy.touch (table_name, symbol, operation, first_ts, last_ts, bars, own, role, application, xid, at)
            SELECT 'derived_data_bars', 'DXY', 'insert', t, t, 1, false, 'old_shop', 'tick-factory', pg_current_xact_id(), t
              FROM (SELECT dxy.now() AS t) AS n
            """
        );
        var late = await LateAsync();
        Assert.Equal("FAIL", late.GetProperty("status").GetString());
        Assert.Contains("by old_shop (tick-factory)", late.GetProperty("text").GetString(), StringComparison.Ordinal);

        async Task<System.Text.Json.JsonElement> LateAsync() =>
            (await dxy.RunAsync("health", "--json"))
                .Json.GetProperty("checks")
                .EnumerateArray()
                .Single(check => check.GetProperty("name").GetString() == "late writers");
    }

    [Fact]
    public async Task Runs_are_listed_and_settings_are_changed_at_the_gate_by_words()
    {
        await using var dxy = await Dxy.OnAsync(server);
        Assert.Contains("no migration was started here", (await dxy.MigrateAsync(0, "list")).Out, StringComparison.Ordinal);
        await dxy.MigrateAsync(2, "start", "--cut-over", "tonight");
        await dxy.MigrateAsync(0, "start", Runs.Name, "--cut-over", "21:30-22:45", "--on-alone", "keep-target");
        var settings = (await dxy.StatusAsync()).GetProperty("settings");
        Assert.Equal(
            ("21:30-22:45", "keep_target"),
            (settings.GetProperty("cut_over").GetString(), settings.GetProperty("alone").GetString())
        );

        await dxy.MigrateAsync(0, "set", "foreign=take-source", "cut-over=approve", "batch-ms=50", Runs.Name);
        settings = (await dxy.StatusAsync()).GetProperty("settings");
        Assert.Equal(
            ("take_source", "approve", 50),
            (
                settings.GetProperty("foreign").GetString(),
                settings.GetProperty("cut_over").GetString(),
                settings.GetProperty("batch_ms").GetInt32()
            )
        );
        await dxy.MigrateAsync(2, "set", "foreign=guess");
        await dxy.MigrateAsync(2, "set", "cut-over=25:00-26:00");
        await dxy.MigrateAsync(2, "set", "legacy=mirrored");
        await dxy.MigrateAsync(2, "set", Runs.Name);
        await dxy.MigrateAsync(2, "decide", "keep-target");
        Assert.Contains(
            "keep-target for 0 conflict(s)",
            (await dxy.MigrateAsync(0, "decide", "keep-target", "--class", "foreign")).Out,
            StringComparison.Ordinal
        );
        await dxy.MigrateAsync(4, "decide", "keep-target", "--bar", "2024-11-05T10:00:00Z");
        await dxy.MigrateAsync(4, "approve", "cut-over");
        var run = (await dxy.MigrateAsync(0, "list", "--json")).Json.GetProperty("runs")[0];
        Assert.Equal((Runs.Name, "running"), (run.GetProperty("run").GetString(), run.GetProperty("state").GetString()));
    }

    [Fact]
    public async Task A_run_is_abandoned_in_a_copy_and_refused_where_it_was_made()
    {
        await using var dxy = await Runs.StartAsync(server);
        await dxy.MigrateAsync(4, "abandon", "--yes");
        await dxy.Database.RunAsync("""UPDATE dxy.run SET target = target || '{"system": "7"}'""");
        await dxy.MigrateAsync(12, "pause");
        Assert.Equal("abandoned", (await dxy.MigrateAsync(0, "abandon", "--yes", "--json")).Json.GetProperty("state").GetString());
        await dxy.MigrateAsync(0, "start", "another");
    }

    [Fact]
    public async Task What_a_backup_does_not_have_is_not_brought_back()
    {
        await using var dxy = await Runs.StartAsync(server);
        var gone = await dxy.MigrateAsync(2, "restore", "--from", "2024-11-05T10:00:00Z", "--to", "2024-11-05T11:00:00Z");
        Assert.Contains($"the backup of {Runs.Name} is gone", gone.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Only_a_warning_can_be_accepted_and_then_it_says_by_whom_and_why()
    {
        await using var dxy = await Runs.StartAsync(server);
        await dxy.GateAsync("pre-flight/consumers", 1, "WARN", "none", "a view reads the old bars");
        await dxy.GateAsync("pre-flight/space", 1, "FAIL", "2 GB", "1 GB");
        await dxy.MigrateAsync(4, "ack", "pre-flight/space");
        await dxy.MigrateAsync(4, "ack", "pre-flight/nothing");
        await dxy.MigrateAsync(0, "ack", "pre-flight/consumers", "--note", "nobody reads it");
        var gate = (await dxy.StatusAsync())
            .GetProperty("gates")
            .EnumerateArray()
            .Single(one => one.GetProperty("gate").GetString() == "pre-flight/consumers");
        Assert.Equal("nobody reads it", gate.GetProperty("accepted_note").GetString());
        Assert.Equal(await dxy.Database.ValueAsync<string>("SELECT session_user::text"), gate.GetProperty("accepted_by").GetString());
    }

    [Fact]
    public async Task An_approval_needs_its_phase_and_an_equal_verification_and_can_be_taken_back()
    {
        await using var dxy = await Runs.StartAsync(server);
        await dxy.VerifiedAsync();
        Assert.Contains("phase 7", (await dxy.MigrateAsync(4, "approve", "deploy")).Error, StringComparison.Ordinal);
        await dxy.AtAsync(7, "deploy/approval");
        await dxy.VerifiedAsync("different");
        await dxy.MigrateAsync(4, "approve", "deploy");
        await dxy.VerifiedAsync();
        await dxy.MigrateAsync(0, "approve", "deploy");
        Assert.True((await dxy.StatusAsync()).GetProperty("approvals")[0].GetProperty("good").GetBoolean());
        await dxy.MigrateAsync(0, "revoke", "deploy");
        Assert.False((await dxy.StatusAsync()).GetProperty("approvals")[0].GetProperty("good").GetBoolean());
        await dxy.MigrateAsync(4, "revoke", "deploy");
        await dxy.MigrateAsync(2, "approve", "everything");
    }

    [Fact]
    public async Task Throttle_changes_what_it_is_told_within_the_ranges_and_logs_it()
    {
        await using var dxy = await Runs.StartAsync(server);
        await dxy.Database.RunAsync(
            "UPDATE dxy.run SET throttled = 'live bars are 7 s late', throttled_since = dxy.now(), throttled_ms = 12000"
        );
        var set = (await dxy.MigrateAsync(0, "throttle", "batch-ms=40", "max-live-late=2.5", "--json")).Json;
        Assert.Equal(40, set.GetProperty("settings").GetProperty("batch_ms").GetInt32());
        Assert.Equal(12, set.GetProperty("held_back_seconds").GetDouble());
        Assert.Equal("settings changed", await dxy.Database.ValueAsync<string>("SELECT kind FROM dxy.run_event ORDER BY seq DESC LIMIT 1"));
        var shown = (await dxy.MigrateAsync(0, "throttle", Runs.Name)).Out;
        Assert.Contains("throttled: live bars are 7 s late", shown, StringComparison.Ordinal);
        Assert.Contains("held back in all: 12 s", shown, StringComparison.Ordinal);
        await dxy.MigrateAsync(2, "throttle", "batch-ms=1");
        await dxy.MigrateAsync(2, "throttle", "window-hours=1");
        await dxy.MigrateAsync(2, "throttle", "one", "two");
    }

    [Fact]
    public async Task What_undoes_or_removes_asks_for_the_runs_name()
    {
        await using var dxy = await Runs.StartAsync(server);
        Assert.Contains("confirmation", (await dxy.MigrateAsync(4, "rollback")).Error, StringComparison.Ordinal);
        Assert.Equal("forward", (await dxy.StatusAsync()).GetProperty("direction").GetString());
        Assert.Equal(4, (await dxy.OnTerminalAsync("yes\n", "migrate", "rollback")).Code);
        Assert.Equal("forward", (await dxy.StatusAsync()).GetProperty("direction").GetString());
        Assert.Equal(0, (await dxy.OnTerminalAsync($"{Runs.Name}\n", "migrate", "rollback", "--reason", "not today")).Code);
        Assert.Equal("back", (await dxy.StatusAsync()).GetProperty("direction").GetString());
        await dxy.MigrateAsync(4, "rollback", "--yes");
        await dxy.MigrateAsync(4, "purge", "--yes");
    }

    [Fact]
    public async Task A_completed_run_can_be_purged_after_its_retention()
    {
        await using var dxy = await Runs.StartAsync(server);
        await dxy.EndAsync();
        await dxy.MigrateAsync(4, "purge");
        await dxy.MigrateAsync(0, "purge", "--yes");
        Assert.Equal(10, (await dxy.StatusAsync()).GetProperty("phase").GetInt32());
    }

    [Fact]
    public async Task No_order_reaches_a_run_that_was_made_for_another_database()
    {
        await using var dxy = await Runs.StartAsync(server);
        await dxy.Database.RunAsync("UPDATE dxy.run SET target = target || '{\"system\": \"1\"}'");
        var called = await dxy.MigrateAsync(12, "pause", "--json");
        Assert.Equal("other-target", called.Json.GetProperty("error").GetProperty("code").GetString());
        Assert.Equal("running", (await dxy.StatusAsync()).GetProperty("state").GetString());
    }

    [Fact]
    public async Task Who_orders_may_not_approve_who_approves_may_not_order_and_who_reads_may_do_neither()
    {
        await using var dxy = await Runs.StartAsync(server);
        var name = dxy.Database.Name + "_orders";
        await dxy.Database.RunAsync($"CREATE ROLE {name} LOGIN PASSWORD 'test'; GRANT dxy_console TO {name}");
        try
        {
            var own = dxy.Variables["DXY_DATABASE"];
            dxy.Variables["DXY_DATABASE"] = $"{own};Username={name};Password=test";
            await dxy.MigrateAsync(0, "pause");
            await dxy.MigrateAsync(0, "resume");
            await dxy.MigrateAsync(0, "throttle", "batch-ms=30");
            await dxy.AtAsync(7, "deploy/approval");
            await dxy.VerifiedAsync();
            Assert.Contains("rights", (await dxy.MigrateAsync(4, "approve", "deploy")).Error, StringComparison.Ordinal);
            await dxy.Database.RunAsync($"REVOKE dxy_console FROM {name}; GRANT dxy_approver TO {name}");
            await dxy.MigrateAsync(0, "approve", "deploy");
            Assert.Equal(name, (await dxy.StatusAsync()).GetProperty("approvals")[0].GetProperty("role").GetString());
            Assert.Contains("rights", (await dxy.MigrateAsync(4, "pause")).Error, StringComparison.Ordinal);
            await dxy.Database.RunAsync($"REVOKE dxy_approver FROM {name}; GRANT dxy_reader TO {name}");
            await dxy.StatusAsync();
            Assert.Contains("rights", (await dxy.MigrateAsync(4, "pause")).Error, StringComparison.Ordinal);
            Assert.Contains("rights", (await dxy.MigrateAsync(4, "revoke", "deploy")).Error, StringComparison.Ordinal);
        }
        finally
        {
            await dxy.Database.RunAsync($"REVOKE dxy_console, dxy_approver, dxy_reader FROM {name}");
            Npgsql.NpgsqlConnection.ClearAllPools();
            await dxy.Database.RunAsync($"DROP ROLE {name}");
        }
    }
}
