using DxyOrleans.Core.Texts;
using DxyOrleans.Migration.Engine;
using Npgsql;

namespace DxyOrleans.Migration.Runs;

/// <summary>
/// Lets an order through while a step is at work: a portion may take long (an index that is built, a baseline of all history), and the
/// order back has to wait for none. The order waits for the run's row with an advisory lock beside it, which everybody sees; whoever is at
/// work sees it and gives way.
/// </summary>
static class OrderWatch
{
    static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(500);

    /// <summary>Runs the work; ends it when the run is ordered the other way.</summary>
    /// <exception cref="StaleRunException">It was ended so; nothing of the portion remains.</exception>
    public static async Task<StepOutcome> RunAsync(
        NpgsqlDataSource database,
        Run run,
        Func<CancellationToken, Task<StepOutcome>> work,
        CancellationToken cancellation
    )
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var task = work(ending.Token);
        var ordered = false;
        while (!ordered && !task.IsCompleted)
        {
            await Task.WhenAny(task, Task.Delay(Poll, TimeProvider.System, cancellation));
            if (task.IsCompleted || cancellation.IsCancellationRequested)
            {
                break;
            }

            try
            {
                ordered = await database.Migration("ledger/is_ordered_back", run.Name, run.Direction.Text()).ValueAsync<bool>(cancellation);
            }
            catch (NpgsqlException) when (!cancellation.IsCancellationRequested)
            {
                // The database is away, or the pool is: the work itself says so. It is looked again.
            }
        }

        if (!ordered)
        {
            return await task;
        }

        await ending.CancelAsync();
        try
        {
            return await task;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new StaleRunException(run.Name);
        }
    }
}
