using DxyOrleans.Cluster.Tests.Harness;
using DxyOrleans.Core.Time;
using DxyOrleans.Migration.Rules;
using Npgsql;

namespace DxyOrleans.Cluster.Tests.Migrations;

/// <summary>
/// Runs that go through a soak, one after the other: forward to the end, back again, forward anew. Orders are given as an operator gives
/// them: warnings accepted, approvals given, a run that has failed tried again. What each has left is judged when asked to.
/// </summary>
public sealed class SoakMigration : IAsyncDisposable
{
    static readonly TimeSpan Look = TimeSpan.FromMilliseconds(200);

    readonly MigratingHost _host;
    readonly Action<string> _tell;
    readonly CancellationTokenSource _ending = new();
    readonly Task _ordering;
    string _at = "";
    int _runs = 1;

    SoakMigration(MigratingHost host, Action<string> tell)
    {
        (_host, _tell) = (host, tell);
        _ordering = Task.Run(OrderAsync);
    }

    /// <summary>How the run has ended; null while it goes on. <see cref="NextAsync"/> begins anew.</summary>
    public RunState? Ended { get; private set; }

    /// <summary>Whether what the run has left is judged.</summary>
    public bool IsJudged { get; private set; }

    /// <summary>Where the run stands.</summary>
    public string At => Volatile.Read(ref _at);

    /// <summary>How often a run had failed and was tried again by order.</summary>
    public int Retried { get; private set; }

    /// <summary>Runs that have ended, each as it did.</summary>
    public List<RunState> Ends { get; } = [];

    public static async Task<SoakMigration> StartAsync(MigratingHost host, Action<string> tell)
    {
        await host.StartRunAsync("first");
        return new SoakMigration(host, tell);
    }

    /// <summary>A completed run goes back; after one that went back another one begins.</summary>
    public async Task NextAsync()
    {
        if (Ended == RunState.Completed)
        {
            await Persistently.DoAsync(() => _host.HostDatabase.RunAsync($"SELECT dxy.migrate_rollback('{_host.Name}')"));
        }
        else
        {
            await Persistently.DoAsync(() => _host.StartRunAsync($"run{++_runs}"));
        }

        (Ended, IsJudged) = (null, false);
    }

    /// <summary>Has the tables judged as the run's end asks for; the market is paused.</summary>
    public async Task JudgeAsync(LiveMarket market)
    {
        _host.Played = new TimeRange(_host.Played.From, market.Published.To);
        var judge = new MigrationJudge(_host);
        await Until.NothingIsMissingAsync("what was due is derived", judge.BehindAsync, DisturbedCluster.Patience);
        if (Ended == RunState.Completed)
        {
            await judge.AssertCompletedAsync();
        }
        else
        {
            await judge.AssertRolledBackAsync();
        }

        IsJudged = true;
        Ends.Add(Ended!.Value);
        _tell(
            $"{_host.Name} has {(Ended == RunState.Completed ? "completed" : "gone back")}: the judge finds its tables as an "
                + $"undisturbed run leaves them, {_host.Played}"
        );
    }

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        await _ordering;
        _ending.Dispose();
    }

    async Task OrderAsync()
    {
        while (!_ending.IsCancellationRequested)
        {
            try
            {
                if (Ended is null)
                {
                    await CheckAsync();
                }
            }
            catch (Exception disturbed) when (disturbed is NpgsqlException or TimeoutException or OperationCanceledException)
            {
                // The database is what is being disturbed; the next look finds out.
            }

            await Task.Delay(Look, TimeProvider.System, CancellationToken.None);
        }
    }

    async Task CheckAsync()
    {
        var run = await _host.RunAsync();
        var at = $"{run.Name} {run.Step}{(run.Direction == RunDirection.Back ? " (back)" : "")}";
        if (at != _at)
        {
            Volatile.Write(ref _at, at);
        }

        switch (run.State)
        {
            case RunState.Completed or RunState.RolledBack:
                Ended = run.State;
                break;
            case RunState.Failed:
                _tell($"{at} failed and is tried again by order: {run.Error}");
                Retried++;
                await _host.HostDatabase.RunAsync($"SELECT dxy.migrate_retry('{run.Name}')");
                break;
            default:
                await _host.OrderAsync(run);
                break;
        }
    }
}
