using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Due;
using DxyOrleans.Schema.Binding;
using Npgsql;

namespace DxyOrleans.Deriving.Due;

/// <summary>Work that failed and waits, with its reason, to be tried again.</summary>
static class ParkedWork
{
    /// <summary>Adds the statement that records it; what was taken has to be cleared in the same transaction.</summary>
    /// <param name="batch">In the lock of the target's week.</param>
    /// <param name="target">Of which target.</param>
    /// <param name="slice">What it was taken with: the same is asked for again.</param>
    /// <param name="parts">Which bars, and why.</param>
    public static void AddTo(NpgsqlBatch batch, Series target, DueSlice slice, IReadOnlyCollection<Parked> parts) =>
        batch
            .Add("park_due")
            .AddSeries(target)
            .With(parts.Select(part => part.Range.From.ToDateTime()).ToArray())
            .With(parts.Select(part => part.Range.To.ToDateTime()).ToArray())
            .With(slice.Version)
            .With(slice.Prune)
            .With(slice.Attempts + 1)
            .With(parts.Select(part => OneLine(part.Reason)).ToArray())
            .With(slice.Settled.Concat(slice.Continued).Max());

    // What the server or the framework says may come in several.
    static string OneLine(string reason) =>
        string.Join(' ', reason.Split((char[])['\r', '\n'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
}
