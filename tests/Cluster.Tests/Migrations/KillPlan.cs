using System.Diagnostics;
using System.Globalization;
using DxyOrleans.Cluster.Tests.Harness;
using DxyOrleans.Migration.Rules;
using DxyOrleans.Migration.Runs;

namespace DxyOrleans.Cluster.Tests.Migrations;

/// <summary>
/// When to kill: at the beginning of phases, and at random instants after one began or the run was taken further again, so that each life
/// comes to something. <c>DXY_KILLS=100</c> asks for so many kills in each; <c>DXY_TEST_SEED</c> repeats an earlier plan.
/// </summary>
public sealed class KillPlan
{
    const double MaxLifeMs = 800;

    readonly bool _isThorough;
    readonly Random _random;
    readonly HashSet<MigrationPhase> _begun = [];
    readonly List<TimeSpan> _starts = [];
    readonly List<TimeSpan> _recoveries = [];
    TimeSpan _life;
    long _start;
    long _since;
    long _version;
    bool _alive = true;

    /// <param name="few">Kills, where <c>DXY_KILLS</c> asks for no other number.</param>
    public KillPlan(int few)
    {
        Kills = int.TryParse(Environment.GetEnvironmentVariable("DXY_KILLS"), CultureInfo.InvariantCulture, out var asked) ? asked : few;
        _isThorough = Kills > few;
        _random = new Random(Seed.Tell());
        _since = Stopwatch.GetTimestamp();
        Live();
    }

    public int Kills { get; }

    /// <summary>Kills so far.</summary>
    public int Killed { get; private set; }

    /// <summary>Where the run stood at each kill.</summary>
    public List<string> Places { get; } = [];

    /// <summary>Whether to kill now. Going forward, the last kill is kept for the beginning of the cleanup.</summary>
    public bool IsDue(Run run)
    {
        if (!_alive && run.Version > _version)
        {
            _alive = true;
            _recoveries.Add(Stopwatch.GetElapsedTime(_start));
            _since = Stopwatch.GetTimestamp();
        }

        if (!_alive || Killed == Kills || run.Step.Length == 0)
        {
            return false;
        }

        var begins = _begun.Add(run.Phase);
        if (begins)
        {
            _since = Stopwatch.GetTimestamp();
        }

        return run is { Phase: MigrationPhase.CleanUp, Direction: RunDirection.Forward }
            ? begins
            : Killed < Share(run) && ((begins && (_isThorough || _random.Next(2) == 0)) || Stopwatch.GetElapsedTime(_since) > _life);
    }

    /// <summary>Kills and starts again, at an instant between two looks at the run.</summary>
    public async Task KillAsync(Func<Task> killAndStart, Func<Task<Run>> look)
    {
        await Task.Delay(TimeSpan.FromMilliseconds(_random.NextDouble() * 40), TimeProvider.System, TestContext.Current.CancellationToken);
        _start = Stopwatch.GetTimestamp();
        await killAndStart();
        _starts.Add(Stopwatch.GetElapsedTime(_start));
        var run = await look();
        Killed++;
        Places.Add($"{run.Step}{(run.Direction == RunDirection.Back ? " (back)" : "")}");
        (_alive, _version) = (false, run.Version);
        Live();
    }

    /// <summary>Somebody else than who is killed has moved the run.</summary>
    public void Moved(long version)
    {
        if (!_alive)
        {
            _version = Math.Max(_version, version);
        }
    }

    /// <summary>Prints what came of it.</summary>
    public void Tell(string killed)
    {
        TestContext.Current.TestOutputHelper?.WriteLine($"    {Killed} kills, at {string.Join(", ", Places)}");
        Tell($"{killed} killed {Killed} times: started again after", _starts);
        Tell($"{killed} killed {Killed} times: from the kill to the next committed portion", _recoveries);
    }

    static void Tell(string what, List<TimeSpan> times)
    {
        if (times.Count > 0)
        {
            var sorted = times.Order().ToList();
            Until.Measured($"{what}, median", sorted[sorted.Count / 2]);
            Until.Measured($"{what}, longest", sorted[^1]);
        }
    }

    // No phase takes the kills of those after it; what a phase was too short for, the next ones get.
    int Share(Run run) =>
        run.Direction == RunDirection.Forward
            ? (int)Math.Ceiling((Kills - 1) * (int)run.Phase / 8.0)
            : Math.Min(Kills, (int)Math.Ceiling(Kills * (9 - (int)run.Phase) / 6.0));

    void Live() => _life = TimeSpan.FromMilliseconds(_random.NextDouble() * MaxLifeMs);
}
