using System.Diagnostics;
using System.Globalization;
using DxyOrleans.Core.Migration;
using DxyOrleans.Storage.Migration;

namespace DxyOrleans.Cluster.Tests.Harness;

/// <summary>
/// When to kill: at the beginning of phases, and at random instants after the run was taken further again, so that each life comes to something.
/// <c>DXY_TEST_SEED</c> repeats an earlier plan; <c>DXY_LONG=1</c> makes a hundred kills of it.
/// </summary>
public sealed class KillPlan
{
    const int Many = 100;
    const double LongestLifeMs = 800;

    readonly Random _random;
    readonly HashSet<MigrationPhase> _begun = [];
    readonly List<TimeSpan> _recoveries = [];
    TimeSpan _life;
    long _start;
    long _version;
    bool _alive = true;

    /// <param name="few">Kills, where <c>DXY_LONG</c> doesn't ask for a hundred.</param>
    public KillPlan(int few)
    {
        IsLong = Environment.GetEnvironmentVariable("DXY_LONG") is { Length: > 0 };
        Kills = IsLong ? Many : few;
        var seed = Environment.GetEnvironmentVariable("DXY_TEST_SEED") is { Length: > 0 } given ? int.Parse(given, CultureInfo.InvariantCulture) : Random.Shared.Next();
        TestContext.Current.TestOutputHelper?.WriteLine($"DXY_TEST_SEED={seed}");
        _random = new Random(seed);
        _start = Stopwatch.GetTimestamp();
        Live();
    }

    public int Kills { get; }

    public bool IsLong { get; }

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
            _start = Stopwatch.GetTimestamp();
        }

        if (!_alive || Killed == Kills || run.Step.Length == 0)
        {
            return false;
        }

        var begins = _begun.Add(run.Phase);
        return run.Phase == MigrationPhase.CleanUp ? begins : Killed < Share(run) && ((begins && (IsLong || _random.Next(2) == 0)) || Stopwatch.GetElapsedTime(_start) > _life);
    }

    /// <summary>An instant between two looks at the run.</summary>
    public TimeSpan Between() => TimeSpan.FromMilliseconds(_random.NextDouble() * 40);

    /// <summary>Somebody else than who is killed has moved the run.</summary>
    public void Moved(long version)
    {
        if (!_alive)
        {
            _version = Math.Max(_version, version);
        }
    }

    /// <summary>It was killed; <paramref name="run"/> is how the run stood after it.</summary>
    public void Done(Run run)
    {
        Killed++;
        Places.Add($"{run.Step}{(run.Direction == RunDirection.Back ? " (back)" : "")}");
        _alive = false;
        _version = run.Version;
        _start = Stopwatch.GetTimestamp();
        Live();
    }

    /// <summary>Prints what came of it.</summary>
    public void Tell(string killed)
    {
        TestContext.Current.TestOutputHelper?.WriteLine($"    {Killed} kills, at {string.Join(", ", Places)}");
        if (_recoveries.Count > 0)
        {
            var sorted = _recoveries.Order().ToList();
            Until.Measured($"{killed} killed {Killed} times: from its restart to the next committed portion, median", sorted[sorted.Count / 2]);
            Until.Measured($"{killed} killed {Killed} times: from its restart to the next committed portion, longest", sorted[^1]);
        }
    }

    // No phase takes the kills of those after it; what a phase was too short for, the next ones get.
    int Share(Run run) => run.Direction == RunDirection.Forward
        ? (int)Math.Ceiling((Kills - 1) * (int)run.Phase / 8.0)
        : Math.Min(Kills, (int)Math.Ceiling(Kills * (9 - (int)run.Phase) / 6.0));

    void Live() => _life = TimeSpan.FromMilliseconds(_random.NextDouble() * LongestLifeMs);
}
