using DxyOrleans.Core.Health;
using Npgsql;

namespace DxyOrleans.Deriving.Monitoring;

/// <summary>One thing that is looked at, and the checks that it gives.</summary>
/// <param name="Name">The first check's name, where it can't be made.</param>
/// <param name="Subject">Its subject.</param>
/// <param name="RunAsync">The look.</param>
public sealed record HealthProbe(string Name, string Subject, Func<CancellationToken, Task<IEnumerable<HealthCheck>>> RunAsync);

/// <summary>What a failed look is called, by who asks.</summary>
public interface IProbeFaults
{
    /// <summary>Whether there is nothing to judge with this: no server, no login, no schema of ours. Then it is thrown on.</summary>
    bool IsOfAll(Exception exception);

    /// <summary>In one line.</summary>
    string Text(Exception exception);
}

/// <summary>
/// Gives each look its time and says of one that can't be made why, so that a locked table, a right that is missing or a server that hangs
/// leaves the others to be judged. They run beside each other; the order of what they say stays.
/// </summary>
/// <param name="database">The database.</param>
/// <param name="connections">How many connections may be used, 2 or more.</param>
/// <param name="faults">What is said of a look that fails.</param>
/// <param name="time">The real clock.</param>
public sealed class HealthProbes(NpgsqlDataSource database, int connections, IProbeFaults faults, TimeProvider time)
{
    static readonly TimeSpan Each = TimeSpan.FromSeconds(3);

    /// <summary>Once something was found locked, what needs the same is not waited for as long again.</summary>
    static readonly TimeSpan EachOfBlocked = TimeSpan.FromSeconds(1);

    /// <summary>Of the time of each, to ask who is in the way.</summary>
    static readonly TimeSpan Asking = TimeSpan.FromSeconds(0.5);

    bool _blocked;

    string ApplicationName => new NpgsqlConnectionStringBuilder(database.ConnectionString).ApplicationName ?? "";

    public async Task<IReadOnlyList<HealthCheck>> RunAsync(IEnumerable<HealthProbe> looks, CancellationToken cancellation)
    {
        // One connection is left to ask who is in the way.
        using var turns = new SemaphoreSlim(Math.Clamp(connections - 1, 1, 6));
        var found = await Task.WhenAll(
            looks.Select(async look =>
            {
                await turns.WaitAsync(cancellation);
                try
                {
                    return await RunAsync(look, cancellation);
                }
                finally
                {
                    turns.Release();
                }
            })
        );
        return [.. found.SelectMany(checks => checks)];
    }

    async Task<IReadOnlyList<HealthCheck>> RunAsync(HealthProbe look, CancellationToken cancellation)
    {
        var limit = _blocked ? EachOfBlocked : Each;
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var checks = GatherAsync(look, end.Token);
        var began = time.GetTimestamp();
        if (await IsDoneWithinAsync(checks, limit - Asking, cancellation))
        {
            return await checks;
        }

        var reason = await InTheWayAsync(cancellation);
        if (await IsDoneWithinAsync(checks, limit - time.GetElapsedTime(began), cancellation))
        {
            return await checks;
        }

        // It is not waited for: a server that hangs doesn't hear that it is to stop.
        await end.CancelAsync();
        _blocked = true;
        return [NotMade(look, $"not made within {Each.TotalSeconds:0} s: {reason}")];
    }

    async Task<IReadOnlyList<HealthCheck>> GatherAsync(HealthProbe look, CancellationToken cancellation)
    {
        try
        {
            return [.. await look.RunAsync(cancellation)];
        }
        catch (Exception fault) when (cancellation.IsCancellationRequested || !faults.IsOfAll(fault))
        {
            // Where its time was over that has been told, and this is read by nobody.
            return [NotMade(look, $"can't be made: {faults.Text(fault)}")];
        }
    }

    async Task<string> InTheWayAsync(CancellationToken cancellation)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var asking = AskAsync(end.Token);
        var answered = await IsDoneWithinAsync(asking, Asking, cancellation);
        await end.CancelAsync();
        return answered ? await asking : "the database doesn't answer";
    }

    async Task<string> AskAsync(CancellationToken cancellation)
    {
        try
        {
            return (await Blocker.OfAsync(database, ApplicationName, cancellation))?.ToString()
                ?? "the database is slow, and no lock is in the way";
        }
        catch (Exception fault)
        {
            return $"the database doesn't answer: {faults.Text(fault)}";
        }
    }

    async Task<bool> IsDoneWithinAsync(Task task, TimeSpan span, CancellationToken cancellation)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        await Task.WhenAny(task, Task.Delay(span > TimeSpan.Zero ? span : TimeSpan.Zero, time, over.Token));
        await over.CancelAsync();
        cancellation.ThrowIfCancellationRequested();
        return task.IsCompleted;
    }

    static HealthCheck NotMade(HealthProbe look, string why) => new(look.Name, look.Subject, HealthStatus.Fail, why);
}
