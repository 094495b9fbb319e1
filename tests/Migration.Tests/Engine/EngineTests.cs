using DxyOrleans.Core.Gates;
using DxyOrleans.Migration.Engine;
using DxyOrleans.Migration.Rules;
using DxyOrleans.Migration.Runs;
using DxyOrleans.Testing;
using Microsoft.Extensions.Time.Testing;
using Npgsql;

namespace DxyOrleans.Migration.Tests.Engine;

/// <summary>The engine with steps made for it: order, compare and set, failures, orders in between.</summary>
public sealed class EngineTests(TestServer server)
{
    [Fact]
    public async Task Steps_are_done_in_order_and_undone_backwards()
    {
        await using var host = await LegacyHost.OpenAsync(server, new LegacyOptions { Minutes = 1 });
        await host.StartAsync();
        var done = new List<string>();
        IMigrationStep[] steps =
        [
            new Portions("pre-flight/one", 2, done),
            new Portions("copy/two", 3, done),
            new Portions("cleanup/three", 1, done),
        ];
        Assert.Equal(RunState.Completed, (await host.DriveAsync(steps)).State);
        Assert.Equal(["pre-flight/one", "pre-flight/one", "copy/two", "copy/two", "copy/two", "cleanup/three"], done);

        done.Clear();
        await host.RollBackAsync();
        Assert.Equal(RunState.RolledBack, (await host.DriveAsync(steps)).State);
        Assert.Equal(["undo cleanup/three", "undo copy/two", "undo pre-flight/one"], done);
    }

    [Fact]
    public async Task Two_who_take_the_same_run_further_do_no_portion_twice()
    {
        await using var host = await LegacyHost.OpenAsync(server, new LegacyOptions { Minutes = 1 });
        await host.StartAsync();
        IMigrationStep[] steps = [new Portions("copy/many", 60, [])];
        await Task.WhenAll(
            Enumerable
                .Range(0, 4)
                .Select(_ =>
                    Task.Run(async () =>
                    {
                        var engine = new MigrationEngine(host.Data, steps, host.RealTime);
                        while ((await host.RunAsync()).IsUnfinished)
                        {
                            try
                            {
                                await engine.AdvanceAsync(LegacyHost.Name, TestHost.Token);
                            }
                            catch (StaleRunException)
                            {
                                // Another was faster.
                            }
                        }
                    })
                )
        );

        Assert.Equal(60, await host.TestHost.ValueAsync<long>("SELECT done FROM dxy.run_step"));
        Assert.Equal(60, await host.TestHost.CountAsync("dxy.run_batch"));
    }

    [Fact]
    public async Task A_portion_that_died_before_its_commit_left_nothing()
    {
        await using var host = await LegacyHost.OpenAsync(server, new LegacyOptions { Minutes = 1 });
        await host.StartAsync();
        IMigrationStep[] steps = [new Portions("copy/many", 3, [])];
        await Assert.ThrowsAsync<OperationCanceledException>(() =>
            host.DriveAsync(steps, interrupt: (point, _) =>
                point == "copy/many:written" ? throw new OperationCanceledException("died") : Task.CompletedTask
            )
        );
        Assert.Equal(0, await host.TestHost.CountAsync("dxy.run_batch"));
        Assert.Equal(RunState.Completed, (await host.DriveAsync(steps)).State);
        Assert.Equal(3, await host.TestHost.CountAsync("dxy.run_batch"));
    }

    [Fact]
    public async Task A_fault_that_may_pass_is_tried_again_and_then_fails_the_run_with_its_reason()
    {
        await using var host = await LegacyHost.OpenAsync(server, new LegacyOptions { Minutes = 1 });
        await host.StartAsync();
        var engine = new MigrationEngine(host.Data, [new Failing("57014")], host.RealTime);
        var tries = 0;
        while (await engine.AdvanceAsync(LegacyHost.Name, TestHost.Token) is { Again: { } again })
        {
            await host.WaitedAsync(again);
            tries++;
        }

        var run = await host.RunAsync();
        Assert.Equal(RunState.Failed, run.State);
        Assert.Equal(MigrationEngine.Attempts, run.Attempts);
        Assert.Equal(MigrationEngine.Attempts, tries);
        Assert.Contains("as ordered", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(1)]
    public async Task A_silo_whose_clock_is_an_hour_wrong_waits_no_longer_and_no_shorter(int hours)
    {
        await using var host = await LegacyHost.OpenAsync(server, new LegacyOptions { Minutes = 1 });
        await host.StartAsync();
        var wrong = new FakeTimeProvider(TimeProvider.System.GetUtcNow().AddHours(hours));
        var engine = new MigrationEngine(host.Data, [new Gated { Verdict = GateVerdict.Fail }], wrong);
        while ((await engine.AdvanceAsync(LegacyHost.Name, TestHost.Token)).Progressed) { }

        var waits = (await engine.AdvanceAsync(LegacyHost.Name, TestHost.Token)).Again;
        Assert.InRange(waits!.Value, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(30));
        Assert.Null(await new RunQueue(host.Data).DueAsync(TestHost.Token));
        Assert.True(
            await host.TestHost.ValueAsync<bool>(
                "SELECT retry_at BETWEEN clock_timestamp() AND clock_timestamp() + interval '30 seconds' FROM dxy.run"
            )
        );
    }

    [Fact]
    public async Task A_mistake_fails_the_run_at_once_and_a_retry_goes_on()
    {
        await using var host = await LegacyHost.OpenAsync(server, new LegacyOptions { Minutes = 1 });
        await host.StartAsync();
        Assert.Equal(RunState.Failed, (await host.DriveAsync([new Failing("22012")])).State);
        await host.TestHost.RunAsync($"SELECT dxy.migrate_retry('{LegacyHost.Name}')");
        Assert.Equal(RunState.Completed, (await host.DriveAsync([new Portions("copy/failing", 1, [])])).State);
    }

    [Fact]
    public async Task A_paused_run_stands_still_until_it_is_resumed()
    {
        await using var host = await LegacyHost.OpenAsync(server, new LegacyOptions { Minutes = 1 });
        await host.StartAsync();
        IMigrationStep[] steps = [new Portions("copy/many", 5, [])];
        await host.DriveAsync(steps, until: run => run.Version > 4);
        await host.TestHost.RunAsync($"SELECT dxy.migrate_pause('{LegacyHost.Name}', 'lunch')");
        var stopped = await host.RunAsync();
        Assert.Equal(stopped, await host.DriveAsync(steps));

        await host.TestHost.RunAsync($"SELECT dxy.migrate_resume('{LegacyHost.Name}')");
        Assert.Equal(RunState.Completed, (await host.DriveAsync(steps)).State);
    }

    [Fact]
    public async Task A_failing_gate_blocks_and_a_warning_blocks_until_it_is_accepted()
    {
        await using var host = await LegacyHost.OpenAsync(server, new LegacyOptions { Minutes = 1 });
        await host.StartAsync();
        var gated = new Gated { Verdict = GateVerdict.Fail };
        Assert.Equal(RunState.Running, (await host.DriveAsync([gated], accept: false)).State);
        gated.Verdict = GateVerdict.Warn;
        Assert.Equal(RunState.Running, (await host.DriveAsync([gated], accept: false)).State);
        Assert.NotNull((await host.RunAsync()).WaitingSince);

        await host.AcceptAsync();
        Assert.Equal(RunState.Completed, (await host.DriveAsync([gated], accept: false)).State);
    }

    [Fact]
    public async Task A_second_start_is_refused_with_who_holds_it()
    {
        await using var host = await LegacyHost.OpenAsync(server, new LegacyOptions { Minutes = 1 });
        await host.StartAsync();
        var refused = await Assert.ThrowsAsync<PostgresException>(() =>
            host.TestHost.RunAsync("SELECT dxy.migrate_start('other', 'DXY', '{}', '{}')")
        );
        Assert.Equal("DX004", refused.SqlState);
        Assert.StartsWith("test-run is running, started by ", refused.MessageText, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_run_made_for_another_database_is_not_taken_further_here()
    {
        await using var host = await LegacyHost.OpenAsync(server, new LegacyOptions { Minutes = 1 });
        await host.StartAsync();
        await host.TestHost.RunAsync("""UPDATE dxy.run SET target = target || '{"system": "1"}'""");
        var run = await host.DriveAsync([new Portions("copy/many", 1, [])]);
        Assert.Equal(RunState.Failed, run.State);
        Assert.Contains("was made for", run.Error, StringComparison.Ordinal);
        Assert.Equal(0, await host.TestHost.CountAsync("dxy.run_batch"));
    }

    sealed class Portions(string name, int portions, List<string> done) : MigrationStep(name, PhaseOf(name))
    {
        public override Task<IReadOnlyList<string>> PlanAsync(RunContext context, CancellationToken cancellation) =>
            Task.FromResult<IReadOnlyList<string>>([]);

        public override async Task<StepOutcome> AdvanceAsync(RunContext context, CancellationToken cancellation)
        {
            var progress = context.Progress(this);
            if (progress.Done == portions)
            {
                return StepOutcome.Finished();
            }

            await using var transaction = await context.BeginAsync(cancellation);
            await transaction.StepAsync(progress with { Done = progress.Done + 1 }, cancellation);
            await transaction.BatchAsync(
                Name,
                "data_bars",
                new(TestHost.Minute(0), TestHost.Minute(1)),
                1,
                null,
                TimeSpan.Zero,
                cancellation
            );
            await context.At(this, "written", cancellation);
            await transaction.CommitAsync(cancellation);
            done.Add(Name);
            return new StepOutcome.More();
        }

        public override Task<StepOutcome> UndoAsync(RunContext context, CancellationToken cancellation)
        {
            done.Add($"undo {Name}");
            return base.UndoAsync(context, cancellation);
        }
    }

    sealed class Failing(string state) : MigrationStep("copy/failing", MigrationPhase.Copy)
    {
        public override Task<IReadOnlyList<string>> PlanAsync(RunContext context, CancellationToken cancellation) =>
            Task.FromResult<IReadOnlyList<string>>([]);

        public override Task<StepOutcome> AdvanceAsync(RunContext context, CancellationToken cancellation) =>
            throw new PostgresException("as ordered", "ERROR", "ERROR", state);
    }

    sealed class Gated() : MigrationStep("test/gated", MigrationPhase.Test)
    {
        public GateVerdict Verdict { get; set; }

        public override Task<IReadOnlyList<string>> PlanAsync(RunContext context, CancellationToken cancellation) =>
            Task.FromResult<IReadOnlyList<string>>([]);

        public override Task<StepOutcome> AdvanceAsync(RunContext context, CancellationToken cancellation) =>
            Task.FromResult(StepOutcome.Finished(new Gate("test/gated", Verdict, "good", "not so good")));
    }

    static MigrationPhase PhaseOf(string name) =>
        name.Split('/')[0] switch
        {
            "pre-flight" => MigrationPhase.PreFlight,
            "copy" => MigrationPhase.Copy,
            _ => MigrationPhase.CleanUp,
        };
}
