using DxyOrleans.Core.Gates;
using DxyOrleans.Migration.Engine;
using DxyOrleans.Migration.Rules;
using DxyOrleans.Migration.Runs;
using DxyOrleans.Migration.Steps;
using DxyOrleans.Testing;
using Npgsql;

namespace DxyOrleans.Migration.Tests;

/// <summary>
/// What goes on beside a run: the market moves a minute whenever the run waits, six pairs' bars come, derivers work, warnings are accepted
/// and approvals given. The bars depend on the minute alone, so that two runs that were disturbed differently can be compared once both
/// stand at the same minute.
/// </summary>
sealed class MarketWorld(LegacyHost host, int minutes = 0)
{
    // The legacy host's clock stands a day after its opening.
    const int First = 1440;

    const int MaxAdvances = 20_000;

    // Each is a minute: what hasn't gone on by then never will.
    const int MaxWaitsAtAStep = 300;

    public static RunSettings Settings { get; } =
        new()
        {
            QuietMinutes = 3,
            SettleMinutes = 2,
            WindowHours = 0.2,
            HealthyMinutes = 8,
            BatchRows = 100,
            MaxLiveLateSeconds = 0,
            RetentionDays = 1,
        };

    /// <summary>Minutes that have passed.</summary>
    public int Minutes { get; private set; } = minutes;

    /// <summary>The points at which the run died, in order.</summary>
    public List<string> Deaths { get; } = [];

    /// <summary>What the host's own programs do once a minute's bars are in (counted from <see cref="TestHost.Open"/>), before we derive
    /// it.</summary>
    public Func<int, Task>? OfTheHost { get; init; }

    /// <summary>The statement that brings the pairs' bars of some minutes.</summary>
    public Func<int, int, string> Fx { get; init; } = LegacyTables.Fx;

    /// <summary>A minute passes.</summary>
    public async Task TickAsync()
    {
        var minute = First + Minutes;
        await host.TestHost.RunAsync(Fx(minute, 1));
        await (OfTheHost?.Invoke(minute) ?? Task.CompletedTask);
        Minutes++;
        await host.TestHost.AtAsync(TestHost.Minute(minute + 1) + TimeSpan.FromSeconds(5));

        // As silos do whenever the registry may have changed.
        await host.TestHost.RunAsync("SELECT dxy.adopt_targets()");
        await host.TestHost.DrainAsync();
    }

    public async Task TickToAsync(int minutes)
    {
        Assert.True(Minutes <= minutes, $"the run took {Minutes} minutes of market time; {minutes} were allowed for");
        while (Minutes < minutes)
        {
            await TickAsync();
        }
    }

    /// <summary>Takes the run further until it is over, has failed, or <paramref name="until"/> holds, dying where <paramref name="dies"/>
    /// says so.</summary>
    public async Task<Run> DriveAsync(
        Func<Run, bool>? until = null,
        Func<string, bool>? dies = null,
        IReadOnlyList<IMigrationStep>? steps = null,
        NpgsqlDataSource? data = null,
        NpgsqlDataSource? pastPooler = null
    )
    {
        Func<string, CancellationToken, Task>? interrupt = dies is null
            ? null
            : (point, _) =>
            {
                if (!dies(point))
                {
                    return Task.CompletedTask;
                }

                Deaths.Add(point);
                throw new OperationCanceledException("died at " + point);
            };
        var (step, waits) = ("", 0);
        for (var i = 0; i < MaxAdvances && waits < MaxWaitsAtAStep; i++)
        {
            var run = await host.RunAsync();
            (step, waits) = (run.Step, run.Step == step ? waits : 0);
            if (run.State != RunState.Running || until?.Invoke(run) == true)
            {
                return run;
            }

            try
            {
                // A new engine each time: nothing may rest on what one remembers.
                var advance = await new MigrationEngine(
                    data ?? host.Data,
                    steps ?? MigrationSteps.All,
                    host.RealTime,
                    interrupt,
                    pastPooler
                ).AdvanceAsync(LegacyHost.Name, TestHost.Token);
                if (advance is { Progressed: false, Again: { } again })
                {
                    await host.WaitedAsync(again > TimeSpan.FromMinutes(1) ? TimeSpan.FromMinutes(1) : again);
                    await OrderAsync(run);
                    await TickAsync();
                    waits++;
                }
            }
            catch (OperationCanceledException) when (!TestHost.Token.IsCancellationRequested)
            {
                // It died; whoever comes next goes on from what is stored.
            }
        }

        var stuck = await host.RunAsync();
        var gates = string.Join(
            "; ",
            (await host.GatesAsync()).Values.Where(gate => gate.Verdict != GateVerdict.Pass).Select(gate => $"{gate.Name}: {gate.Observed}")
        );
        throw new InvalidOperationException($"The run stands at {stuck.Step} ({stuck.State}, {stuck.Error}); {gates}");
    }

    async Task OrderAsync(Run run)
    {
        await host.AcceptAsync();
        if (run.Direction == RunDirection.Forward && run.Step is "deploy/approval" or "observe/approval")
        {
            try
            {
                await host.TestHost.RunAsync(
                    $"SELECT dxy.migrate_approve('{LegacyHost.Name}', '{(run.Step == "deploy/approval" ? "deploy" : "cleanup")}')"
                );
            }
            catch (PostgresException refused) when (refused.SqlState == "DX004")
            {
                // Not to be approved yet.
            }
        }
    }
}
