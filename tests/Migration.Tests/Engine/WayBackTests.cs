using System.Diagnostics;
using DxyOrleans.Migration.Engine;
using DxyOrleans.Migration.Rules;
using DxyOrleans.Migration.Runs;
using DxyOrleans.Migration.Steps;
using DxyOrleans.Migration.Views;
using DxyOrleans.Testing;
using Npgsql;

namespace DxyOrleans.Migration.Tests.Engine;

/// <summary>Who goes back is in a hurry: no throttle, no silo and no statement of ours holds him up, and what others wrote meanwhile stays.</summary>
public sealed class WayBackTests(TestServer server)
{
    /// <summary>A step whose portion takes a minute, holding the run's row, as a baseline of all history does.</summary>
    sealed class LongStep() : MigrationStep("pre-flight/long", MigrationPhase.PreFlight)
    {
        public TaskCompletionSource Begun { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public override Task<IReadOnlyList<string>> PlanAsync(RunContext context, CancellationToken cancellation) =>
            Task.FromResult<IReadOnlyList<string>>([]);

        public override async Task<StepOutcome> AdvanceAsync(RunContext context, CancellationToken cancellation)
        {
            await using var transaction = await context.BeginAsync(cancellation);
            Begun.TrySetResult();
            await using var sleep = new NpgsqlCommand("SELECT pg_sleep(60)", transaction.Connection);
            await sleep.ExecuteNonQueryAsync(cancellation);
            await transaction.CommitAsync(cancellation);
            return new StepOutcome.More();
        }
    }

    [Fact]
    public async Task The_order_back_does_not_wait_for_the_portion_at_hand()
    {
        await using var host = await LegacyHost.OpenAsync(server, new LegacyOptions { Minutes = 3 });
        await host.StartAsync();
        var step = new LongStep();
        var engine = new MigrationEngine(host.Data, [step], host.RealTime);
        await engine.AdvanceAsync(LegacyHost.Name, TestHost.Token);
        var began = Stopwatch.GetTimestamp();
        var work = engine.AdvanceAsync(LegacyHost.Name, TestHost.Token);
        await step.Begun.Task;
        await host.RollBackAsync();
        await Assert.ThrowsAsync<StaleRunException>(() => work);
        Assert.InRange(Stopwatch.GetElapsedTime(began).TotalSeconds, 0, 20);
        Assert.Equal(RunDirection.Back, (await host.RunAsync()).Direction);
        Assert.Equal(RunState.RolledBack, (await host.DriveAsync([step])).State);
    }

    [Fact]
    public async Task What_would_hold_the_copy_back_does_not_hold_the_way_back_up()
    {
        await using var host = await CopyRun.OpenAsync(server);
        await host.DriveAsync(CopyRun.Steps(CopyRun.Copying), run =>
            run.Step == "copy/bars" && host.TestHost.CountAsync("public.data_bars WHERE canonical_symbol = 'DXY'").Result > 100
        );
        await host.TestHost.RunAsync(
            $$"""
            SELECT dxy.migrate_set('{{LegacyHost.Name}}', '{"max_live_late_seconds": 0.001}');
            INSERT INTO dxy.due (symbol, timeframe, from_ts, to_ts, cause, recorded_at)
            SELECT 'EURUSD', '1m', t, t + interval '1 minute', 'change', t FROM date_trunc('minute', dxy.now() - interval '10 minutes') AS t
            """
        );
        var held = await host.DriveAsync(CopyRun.Steps(CopyRun.Copying));
        Assert.Contains("a live bar has been waiting", held.Throttled, StringComparison.Ordinal);

        await host.RollBackAsync();
        Assert.Equal(RunState.RolledBack, (await host.DriveAsync(CopyRun.Steps(CopyRun.Copying))).State);
        Assert.Equal(0, await host.TestHost.CountAsync("public.data_bars WHERE canonical_symbol = 'DXY'"));
    }

    [Fact]
    public async Task Without_any_silo_the_minutes_that_nobody_derived_are_made_on_the_way()
    {
        await using var host = await LegacyHost.OpenAsync(server);
        await host.StartAsync(new RunSettings { QuietMinutes = 1 });
        var steps = MigrationSteps
            .All.Where(step => step.Name is "derive/register" or "derive/ownership" or "derive/dual-write" or "derive/fence")
            .ToList();
        await host.DriveAsync(steps, run => run.Step == "derive/fence");
        await host.TestHost.RunAsync(LegacyTables.Fx(1440, 4));
        await host.TestHost.AtAsync(TestHost.Minute(1444) + TimeSpan.FromSeconds(5));
        await host.RollBackAsync();
        var end = await host.DriveAsync(steps);
        Assert.True(end.State == RunState.RolledBack, $"{end.State} at {end.Step}: {end.Error}");
        Assert.Equal(
            4,
            await host.TestHost.CountAsync(
                $"public.derived_data_bars WHERE canonical_symbol = 'DXY' AND ts_utc >= '{TestHost.Minute(1440)}' AND deleted_at IS NULL"
            )
        );
    }

    // A host's row that names the components and no more is derived by the published definition; the run writes that out and takes it
    // back. What silos make of it matters where the host's own values are not quite ours, and its rollups say nothing of their inputs.
    [Theory]
    [InlineData("{}")]
    [InlineData(
        """{"factor": 50.14348112, "exponents": {"EURUSD": -0.576, "USDJPY": 0.136, "GBPUSD": -0.119, "USDCAD": 0.091, "USDSEK": 0.042, "USDCHF": 0.036}}"""
    )]
    [InlineData("""{"since": "1999-01-04T00:00:00Z", "factor": 50.14348112}""")]
    public async Task A_definition_that_the_run_writes_out_and_takes_back_makes_no_history_anew(string said)
    {
        await using var host = await LegacyHost.OpenAsync(
            server,
            new LegacyOptions
            {
                Minutes = 120,
                Registered = true,
                After = $"""
                UPDATE public.core_asset_registry_all SET metadata = metadata || '{said}' WHERE canonical_symbol = 'DXY';
                UPDATE public.derived_data_bars SET open = open + 0.00000001, high = high + 0.00000001, low = low + 0.00000001, close = close + 0.00000001
                WHERE ts_utc = '{TestHost.Minute(47)}';
                INSERT INTO public.derived_data_bars (canonical_symbol, timeframe, ts_utc, open, high, low, close, vol, source)
                SELECT 'DXY', f.name, date_bin(f.length, ts_utc, '2000-01-01Z'), (array_agg(open ORDER BY ts_utc))[1], max(high), min(low),
                       (array_agg(close ORDER BY ts_utc DESC))[1], 0, 'derived'
                FROM public.derived_data_bars, (VALUES ('5m', interval '5 minutes'), ('1h', interval '1 hour')) AS f(name, length) GROUP BY 2, 3
                """,
            }
        );
        await host.TestHost.RunAsync("SELECT dxy.adopt_targets()");
        var (columns, remade) = (
            await host.ColumnsAsync(),
            $"public.derived_data_bars WHERE ts_utc < '{TestHost.Minute(120)}' AND raw ? 'inputs'"
        );
        var dump = await host.DumpAsync(columns);
        var world = new MarketWorld(host);
        await host.StartAsync(MarketWorld.Settings);
        await world.DriveAsync(run => run.Step == "copy/verify");
        Assert.Equal(0, await host.TestHost.CountAsync(remade));

        await host.RollBackAsync();
        var end = await world.DriveAsync();
        Assert.True(end.State == RunState.RolledBack, $"{end.State} at {end.Step}: {end.Error}");
        await world.TickAsync();
        Assert.Equal([], dump.Except(await host.DumpAsync(columns)));
        Assert.Equal(0, await host.TestHost.CountAsync(remade));
        Assert.Equal(0, await host.TestHost.CountAsync("dxy.due WHERE cause = 'definition'"));
    }

    [Fact]
    public async Task A_table_that_somebody_holds_makes_the_way_back_wait_and_never_fail()
    {
        await using var host = await LegacyHost.OpenAsync(server);
        await host.StartAsync(new RunSettings { LegacyWriters = LegacyWriters.Mirrored, LockBudgetMs = 50 });
        var steps = MigrationSteps.All.Where(step => step.Name is "derive/register" or "derive/ownership").ToList();
        await host.DriveAsync(steps, run =>
            run.Step == "derive/ownership" && host.TestHost.CountAsync("pg_trigger WHERE tgname = 'dxy_mirror'").Result > 0
        );
        await host.RollBackAsync();
        await using (var other = await host.Data.OpenConnectionAsync(TestHost.Token))
        await using (var open = await other.BeginTransactionAsync(TestHost.Token))
        {
            await using var write = new NpgsqlCommand("UPDATE public.derived_data_bars SET updated_at = updated_at WHERE false", other);
            await write.ExecuteNonQueryAsync(TestHost.Token);
            for (var i = 0; i < MigrationEngine.Attempts + 2; i++)
            {
                await host.DriveAsync(steps);
            }

            Assert.Equal(RunState.Running, (await host.RunAsync()).State);
        }

        Assert.Equal(RunState.RolledBack, (await host.DriveAsync(steps)).State);
        Assert.Equal(0, await host.TestHost.CountAsync("pg_trigger WHERE tgname LIKE 'dxy_mirror%'"));
    }

    [Fact]
    public async Task Whoever_holds_a_lock_that_the_run_waits_for_is_named_with_his_statement_and_the_run_does_not_fail()
    {
        await using var host = await LegacyHost.OpenAsync(server);
        await host.StartAsync(new RunSettings { LegacyWriters = LegacyWriters.Mirrored, LockBudgetMs = 50 });
        var steps = MigrationSteps.All.Where(step => step.Name is "derive/register" or "derive/ownership" or "derive/dual-write").ToList();
        await host.DriveAsync(steps, run => run.Step == "derive/ownership");
        await using var other = await host.Data.OpenConnectionAsync(TestHost.Token);
        await using (var open = await other.BeginTransactionAsync(TestHost.Token))
        {
            await using var write = new NpgsqlCommand(
                "SET LOCAL application_name = 'tick-factory'; UPDATE public.derived_data_bars SET updated_at = updated_at WHERE false",
                other
            );
            await write.ExecuteNonQueryAsync(TestHost.Token);
            for (var i = 0; i < MigrationEngine.Attempts; i++)
            {
                await host.DriveAsync(steps);
            }

            var run = await host.RunAsync();
            Assert.Equal(RunState.Running, run.State);
            Assert.Contains($"pid {other.ProcessID} (", run.Throttled, StringComparison.Ordinal);
            Assert.Contains("tick-factory) since ", run.Throttled, StringComparison.Ordinal);
            Assert.Contains("UPDATE public.derived_data_bars", run.Throttled, StringComparison.Ordinal);
        }

        await host.DriveAsync(steps, run => run.Step == "derive/dual-write");
        Assert.Null((await host.RunAsync()).Throttled);
        await using (var open = await other.BeginTransactionAsync(TestHost.Token))
        {
            await using var hold = new NpgsqlCommand("SELECT dxy.hold_route('DXY')", other);
            await hold.ExecuteNonQueryAsync(TestHost.Token);
            await host.DriveAsync(steps);
            Assert.Contains($"pid {other.ProcessID} (", (await host.RunAsync()).Throttled, StringComparison.Ordinal);
        }

        Assert.Equal(RunState.Completed, (await host.DriveAsync(steps)).State);
    }

    [Fact]
    public async Task While_an_index_is_built_whoever_it_waits_for_is_seen_by_everybody_and_an_order_back_ends_the_building()
    {
        await using var host = await LegacyHost.OpenAsync(server, new LegacyOptions { MissingKey = true });
        await host.StartAsync();
        var steps = MigrationSteps.All.Where(step => step.Name is "schema/keys").ToList();
        await using var other = await host.Data.OpenConnectionAsync(TestHost.Token);
        await using var open = await other.BeginTransactionAsync(TestHost.Token);
        await using (
            var write = new NpgsqlCommand(
                "SET LOCAL application_name = 'nightly'; UPDATE public.data_bars SET updated_at = updated_at WHERE false; SELECT pg_current_xact_id()",
                other
            )
        )
        {
            await write.ExecuteNonQueryAsync(TestHost.Token);
        }

        var engine = new MigrationEngine(host.Data, steps, host.RealTime);
        var work = Task.Run(async () =>
        {
            while ((await engine.AdvanceAsync(LegacyHost.Name, TestHost.Token)).Again is not null) { }
        });
        RunView? view = null;
        for (var i = 0; i < 200 && view?.Blockers.IsEmpty != false; i++)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, TestHost.Token);
            view = await new RunViewReader(host.Data).ReadAsync(LegacyHost.Name, TestHost.Token);
        }

        var blocker = Assert.Single(view!.Blockers);
        Assert.Equal((other.ProcessID, "nightly"), (blocker.Pid, blocker.Application));
        Assert.NotNull(blocker.Since);
        Assert.Contains("CREATE UNIQUE INDEX CONCURRENTLY", blocker.Ours, StringComparison.Ordinal);
        Assert.True(view.IsAtWork);

        await host.RollBackAsync();
        await Assert.ThrowsAsync<StaleRunException>(() => work);
        await open.DisposeAsync();
        Assert.Equal(RunState.RolledBack, (await host.DriveAsync(steps)).State);
        Assert.Equal(0, await host.TestHost.CountAsync("pg_class WHERE relkind = 'i' AND relname LIKE 'dxy_key_%'"));
    }
}
