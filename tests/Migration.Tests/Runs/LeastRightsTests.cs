using DxyOrleans.Core.Gates;
using DxyOrleans.Migration.Engine;
using DxyOrleans.Migration.Rules;
using DxyOrleans.Migration.Runs;
using DxyOrleans.Migration.Steps;
using DxyOrleans.Migration.Steps.PreFlight;
using DxyOrleans.Testing;
using Npgsql;

namespace DxyOrleans.Migration.Tests.Runs;

/// <summary>Who may do what: a run is carried out, ordered, approved and read by four logins that have nothing but our roles, and the
/// rights that pre-flight names.</summary>
public sealed class LeastRightsTests(TestServer server)
{
    const int MaxAdvances = 5000;

    [Fact]
    public async Task A_whole_run_and_the_way_back_need_no_more_than_the_roles_and_what_pre_flight_asks_for()
    {
        await using var host = await LegacyHost.OpenAsync(server, LegacyOptions.Dirty);
        var before = await host.OutcomeAsync();
        // The host's tables belong to the host, not to whoever installed our schema.
        var owner = await host.TestHost.LoginAsync("GRANT CREATE, USAGE ON SCHEMA public TO {0}");
        var silo = await host.TestHost.LoginAsync("GRANT dxy_silo, dxy_migrator TO {0}");
        var console = await host.TestHost.LoginAsync("GRANT dxy_console TO {0}");
        var approver = await host.TestHost.LoginAsync("GRANT dxy_approver TO {0}");
        var (ownerName, consoleName) = (Role(owner), Role(console));
        foreach (var table in (string[])["data_bars", "derived_data_bars", "core_asset_registry_all"])
        {
            // Feeds and derivers, which are not what is tested here, go on by the login they had.
            foreach (
                var relation in await host.TestHost.TextsAsync(
                    $"SELECT 'public.{table}' UNION SELECT relid::regclass::text FROM pg_partition_tree('public.{table}')"
                )
            )
            {
                await AsAdminAsync(host, $"ALTER TABLE {relation} OWNER TO {ownerName}");
            }

            await AsAdminAsync(host, $"GRANT SELECT, INSERT, UPDATE, DELETE ON public.{table} TO {Role(host.Data)}");
        }

        var asked = (
            await new PreFlightChecks(silo, host.Symbol, MarketWorld.Settings, TimeProvider.System).RunAsync(TestHost.Token)
        ).Single(gate => gate.Name == "pre-flight/rights");
        Assert.Contains($"GRANT {ownerName} TO", asked.Unblock, StringComparison.Ordinal);
        foreach (var grant in asked.Unblock!.Split("; "))
        {
            await AsAdminAsync(host, grant);
        }

        var orders = new RunOrders(console);
        await orders.StartAsync(
            LegacyHost.Name,
            "DXY",
            (MarketWorld.Settings with { ApproverIsNotStarter = true }).ToJson(),
            TestHost.Token
        );
        var world = new MarketWorld(host);
        var completed = await DriveAsync(host, world, silo, orders, new RunOrders(approver));
        Assert.True(completed.State == RunState.Completed, $"{completed.State} at {completed.Step}: {completed.Error}");
        Assert.Equal(consoleName, completed.StartedBy);
        Assert.Equal([Role(approver)], await host.TestHost.TextsAsync("SELECT DISTINCT role FROM dxy.run_approval"));
        Assert.Equal([consoleName], await host.TestHost.TextsAsync("SELECT DISTINCT role FROM dxy.run_ack"));
        Assert.Equal(
            new[] { consoleName, Role(silo), Role(approver) }.Order(StringComparer.Ordinal),
            (await host.TestHost.TextsAsync("SELECT DISTINCT role FROM dxy.run_event")).Order(StringComparer.Ordinal)
        );

        await orders.RollbackAsync(LegacyHost.Name, null, TestHost.Token);
        var back = await DriveAsync(host, world, silo, orders, new RunOrders(approver));
        Assert.True(back.State == RunState.RolledBack, $"{back.State} at {back.Step}: {back.Error}");
        Assert.Empty(before.Except(await host.OutcomeAsync()));
        Assert.Equal(0, await host.BrokenEventsAsync());
    }

    public static TheoryData<string> Forbidden =>
        [
            // What says who and when.
            "INSERT INTO dxy.run_event (run, kind, detail) VALUES ('test-run', 'approved', '{}')",
            "INSERT INTO dxy.run_event (run, seq, at, role, kind, hash) VALUES ('test-run', 9, now(), 'postgres', 'approved', '')",
            "UPDATE dxy.run_event SET role = 'postgres'",
            "DELETE FROM dxy.run_event",
            "SELECT dxy.migrate_log('test-run', 'approved', '{}')",
            "INSERT INTO dxy.run_approval (run, kind, verification, at, expires_at) VALUES ('test-run', 'deploy', 1, now(), now() + "
                + "interval '1 year')",
            "INSERT INTO dxy.run_approval (run, kind, role, verification, at, expires_at) VALUES ('test-run', 'deploy', 'postgres', 1, "
                + "now(), now() + interval '1 year')",
            "UPDATE dxy.run_approval SET revoked_at = NULL, revoked_by = NULL",
            "INSERT INTO dxy.run_ack (run, gate, role, at) VALUES ('test-run', 'g', 'postgres', now())",
            // What stands for work that was done.
            "UPDATE dxy.run SET started_by = 'postgres'",
            "UPDATE dxy.run SET state = 'completed'",
            "UPDATE dxy.run SET log_seq = 0, log_hash = NULL",
            "INSERT INTO dxy.run (name, symbol, state, phase, step, settings, target, started_at) VALUES ('other', 'DXY', 'completed', "
                + "9, '', '{}', '{}', now())",
            "UPDATE dxy.run_gate SET verdict = 'PASS'",
            "DELETE FROM dxy.run_gate",
            "UPDATE dxy.run_step SET state = 'done'",
            "INSERT INTO dxy.run_batch VALUES ('test-run', 's', 1, 'data_bars', now(), now(), 1, now(), 1, now())",
            "INSERT INTO dxy.run_sample VALUES ('test-run', now(), 'PASS', true, '[]')",
            "DELETE FROM dxy.touch",
            // The bars, and where they go.
            "INSERT INTO public.data_bars (canonical_symbol, timeframe, ts_utc, open, high, low, close, source) VALUES ('DXY', '1m', "
                + "now(), 1, 1, 1, 1, 'ingest')",
            "UPDATE public.data_bars SET close = 1",
            "DELETE FROM public.derived_data_bars",
            "UPDATE public.derived_data_bars SET deleted_at = now()",
            "UPDATE public.core_asset_registry_all SET active = false",
            "SELECT dxy.flip_route('DXY', 'new')",
            "SELECT dxy.hold_route('DXY')",
            "SELECT dxy.mirror_bars('DXY', '{}')",
            "UPDATE dxy.route SET mode = 'new'",
            "CREATE TABLE dxy.mine (id integer)",
        ];

    [Theory]
    [MemberData(nameof(Forbidden))]
    public async Task Neither_who_orders_nor_who_approves_nor_who_reads_can_forge_a_record_or_write_a_bar(string sql)
    {
        await using var host = await LegacyHost.OpenAsync(server, new LegacyOptions { Minutes = 1 });
        await host.StartAsync();
        await RefusedAsync(await host.TestHost.LoginAsync("GRANT dxy_console TO {0}"), sql);
        await RefusedAsync(await host.TestHost.LoginAsync("GRANT dxy_approver TO {0}"), sql);
        await RefusedAsync(await host.TestHost.LoginAsync("GRANT dxy_reader TO {0}"), sql);
    }

    [Fact]
    public async Task Who_orders_can_neither_approve_nor_take_back_that_another_has_to_nor_store_settings_that_nobody_can_read()
    {
        await using var host = await LegacyHost.OpenAsync(server, new LegacyOptions { Minutes = 1 });
        var console = await host.TestHost.LoginAsync("GRANT dxy_console TO {0}");
        var orders = new RunOrders(console);
        await orders.StartAsync(LegacyHost.Name, "DXY", new RunSettings { ApproverIsNotStarter = true }.ToJson(), TestHost.Token);

        await RefusedAsync(console, "SELECT dxy.migrate_approve('test-run', 'deploy')");
        foreach (
            var settings in (string[])
                [
                    "{\"approver_is_not_starter\": false}",
                    "{\"window_hours\": -1}",
                    "{\"batch_ms\": 1e300}",
                    "{\"batch_rows\": 100.5}",
                    "{\"different\": \"whatever\"}",
                    "{\"batch_ms\": null}",
                    "{\"batch_ms\": \"10\"}",
                    "{\"a\": {\"a\": 1}}",
                    "[]",
                    "1",
                    "\"approver_is_not_starter\"",
                ]
        )
        {
            var refused = await Assert.ThrowsAsync<PostgresException>(() => orders.SetAsync(LegacyHost.Name, settings, TestHost.Token));
            Assert.Equal(RunOrders.Refused, refused.SqlState);
            refused = await Assert.ThrowsAsync<PostgresException>(() => orders.StartAsync("other", "DXY", settings, TestHost.Token));
            Assert.Equal(RunOrders.Refused, refused.SqlState);
        }

        Assert.Equal(new RunSettings { ApproverIsNotStarter = true }, (await host.RunAsync()).Settings);
        await orders.SetAsync(LegacyHost.Name, "{\"approver_is_not_starter\": true, \"batch_ms\": 20}", TestHost.Token);
        Assert.Equal(new RunSettings { ApproverIsNotStarter = true, BatchMs = 20 }, (await host.RunAsync()).Settings);
    }

    [Fact]
    public async Task The_database_takes_the_very_settings_that_the_console_does()
    {
        await using var host = await TestHost.OpenAsync(server);
        Assert.Null(await FaultAsync(new RunSettings().ToJson()));
        foreach (var number in RunNumber.All)
        {
            Assert.Null(await FaultAsync(Json(number, number.Least)));
            Assert.Null(await FaultAsync(Json(number, number.Most)));
            Assert.NotNull(await FaultAsync(Json(number, number.Most + 1)));
            Assert.NotNull(await FaultAsync(Json(number, number.Least - 1)));
            Assert.Equal(number.Whole, await FaultAsync(Json(number, number.Least + 0.5)) is not null);
        }

        foreach (
            var (key, words) in (IEnumerable<(string, string[])>)
                [("legacy_writers", Enum.GetNames<LegacyWriters>()), ("different", Enum.GetNames<ConflictPolicy>())]
        )
        {
            foreach (var word in words)
            {
                Assert.Null(await FaultAsync($"{{\"{key}\": \"{System.Text.Json.JsonNamingPolicy.SnakeCaseLower.ConvertName(word)}\"}}"));
            }
        }

        Task<string?> FaultAsync(string settings) => host.ValueAsync<string>($"SELECT dxy.settings_fault('{settings}')");

        static string Json(RunNumber number, double value) =>
            string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{{\"{number.Json}\": {value}}}");
    }

    [Fact]
    public async Task That_the_tables_are_equal_is_for_who_carries_the_run_out_to_find()
    {
        await using var host = await LegacyHost.OpenAsync(server, new LegacyOptions { Minutes = 1 });
        await host.StartAsync();
        var console = await host.TestHost.LoginAsync("GRANT dxy_console, dxy_approver TO {0}");
        var silo = await host.TestHost.LoginAsync("GRANT dxy_silo, dxy_migrator TO {0}");
        await host.TestHost.RunAsync("UPDATE dxy.run SET phase = 7, step = 'deploy/approval'");
        const string Verified =
            "INSERT INTO dxy.verification (run, symbol, scope, from_ts, to_ts, snapshot, state, started_at) SELECT 'test-run', 'DXY', "
            + "'full', now(), now(), pg_current_snapshot(), '{0}', now()";

        // Its own row may be written, and is passed over.
        await RunAsync(console, string.Format(System.Globalization.CultureInfo.InvariantCulture, Verified, "equal"));
        Assert.Equal("the newest verification is missing", await RefusalAsync());
        await RunAsync(silo, string.Format(System.Globalization.CultureInfo.InvariantCulture, Verified, "different"));
        Assert.Equal(0, await RunAsync(console, "UPDATE dxy.verification SET state = 'equal' WHERE state = 'different'"));
        Assert.Equal("the newest verification is different", await RefusalAsync());

        await RunAsync(silo, string.Format(System.Globalization.CultureInfo.InvariantCulture, Verified, "equal"));
        await RunAsync(console, string.Format(System.Globalization.CultureInfo.InvariantCulture, Verified, "different"));
        Assert.Equal("the newest verification is different", await RefusalAsync());
        await RunAsync(silo, string.Format(System.Globalization.CultureInfo.InvariantCulture, Verified, "equal"));
        await new RunOrders(console).ApproveAsync(LegacyHost.Name, "deploy", TestHost.Token);

        async Task<string> RefusalAsync() =>
            (
                await Assert.ThrowsAsync<PostgresException>(() =>
                    new RunOrders(console).ApproveAsync(LegacyHost.Name, "deploy", TestHost.Token)
                )
            ).MessageText;
    }

    [Fact]
    public async Task Who_reads_sees_how_a_run_stands_and_gives_no_order()
    {
        await using var host = await LegacyHost.OpenAsync(server, new LegacyOptions { Minutes = 1 });
        await host.StartAsync();
        var reader = await host.TestHost.LoginAsync("GRANT dxy_reader TO {0}");
        foreach (
            var table in (string[])
                [
                    "run",
                    "run_step",
                    "run_batch",
                    "run_gate",
                    "run_ack",
                    "run_approval",
                    "run_sample",
                    "run_conflict",
                    "run_event",
                    "verification",
                    "touch",
                    "route",
                ]
        )
        {
            await using var read = reader.CreateCommand($"SELECT * FROM dxy.{table}");
            await read.ExecuteNonQueryAsync(TestHost.Token);
        }

        foreach (
            var order in await host.TestHost.TextsAsync(
                """
                SELECT format('SELECT dxy.%I(%s)', p.proname, (SELECT string_agg('NULL::' || format_type(a, NULL), ', ')
                  FROM unnest(p.proargtypes) AS a))
                FROM pg_proc AS p WHERE p.pronamespace = 'dxy'::regnamespace AND p.proname LIKE 'migrate\_%'
                """
            )
        )
        {
            await RefusedAsync(reader, order);
        }
    }

    static async Task<Run> DriveAsync(LegacyHost host, MarketWorld world, NpgsqlDataSource silo, RunOrders orders, RunOrders approvals)
    {
        for (var i = 0; i < MaxAdvances; i++)
        {
            var run = await host.RunAsync();
            if (run.State != RunState.Running)
            {
                return run;
            }

            var advance = await new MigrationEngine(silo, MigrationSteps.All, host.RealTime).AdvanceAsync(LegacyHost.Name, TestHost.Token);
            if (advance is not { Progressed: false, Again: { } again })
            {
                continue;
            }

            await host.WaitedAsync(again > TimeSpan.FromMinutes(1) ? TimeSpan.FromMinutes(1) : again);
            foreach (var gate in (await host.GatesAsync()).Values.Where(gate => gate.Verdict == GateVerdict.Warn))
            {
                await orders.AcceptAsync(LegacyHost.Name, gate.Name, null, TestHost.Token);
            }

            if (run.Direction == RunDirection.Forward && run.Step is "deploy/approval" or "observe/approval")
            {
                try
                {
                    await approvals.ApproveAsync(LegacyHost.Name, run.Step == "deploy/approval" ? "deploy" : "cleanup", TestHost.Token);
                }
                catch (PostgresException refused) when (refused.SqlState == RunOrders.Refused)
                {
                    // Not to be approved yet.
                }
            }

            if (run.RetryAt is not null)
            {
                await orders.RetryAsync(LegacyHost.Name, TestHost.Token);
            }

            await world.TickAsync();
        }

        return await host.RunAsync();
    }

    static async Task<int> RunAsync(NpgsqlDataSource data, string sql)
    {
        await using var command = data.CreateCommand(sql);
        return await command.ExecuteNonQueryAsync(TestHost.Token);
    }

    static async Task RefusedAsync(NpgsqlDataSource data, string sql)
    {
        await using var command = data.CreateCommand(sql);
        var refused = await Assert.ThrowsAsync<PostgresException>(() => command.ExecuteNonQueryAsync(TestHost.Token));
        Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, refused.SqlState);
    }

    static async Task AsAdminAsync(LegacyHost host, string sql)
    {
        await using var command = host.TestHost.Database.Admin.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(TestHost.Token);
    }

    static string Role(NpgsqlDataSource data) => new NpgsqlConnectionStringBuilder(data.ConnectionString).Username!;
}
