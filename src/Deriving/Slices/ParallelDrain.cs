using DxyOrleans.Deriving.Rules;
using Npgsql;

namespace DxyOrleans.Deriving.Slices;

/// <summary>Works off what is due of a target with two derivers at once, each in weeks of its own: while one's rows are stored, the other's
/// inputs are read.</summary>
public static class ParallelDrain
{
    const int Derivers = 2;

    /// <summary>Works off everything that is due and ripe.</summary>
    /// <param name="database">Where.</param>
    /// <param name="rule">The target.</param>
    /// <param name="progress">Told of each slice, of one at a time.</param>
    /// <param name="cancellation">Stops between slices; what is left stays due.</param>
    public static Task RunAsync(NpgsqlDataSource database, ITargetRule rule, Action<SliceOutcome>? progress, CancellationToken cancellation)
    {
        var one = new Lock();
        return Task.WhenAll(
            Enumerable
                .Range(0, Derivers)
                .Select(_ => Task.Run(() => new Deriver(database, rule).DrainAsync(Tell, cancellation), cancellation))
        );

        void Tell(SliceOutcome slice)
        {
            lock (one)
            {
                progress?.Invoke(slice);
            }
        }
    }
}
