using DxyOrleans.Deriving.Due;
using DxyOrleans.Schema.Binding;
using Npgsql;

namespace DxyOrleans.Deriving.Slices;

/// <summary>
/// Takes on, beside a long slice of a rollup, what is due of larger ones of the same symbol within it: the bars they are folded of are then
/// read once for all. Never waits: what somebody else is at, or what reaches out of the slice, is left to a slice of its own.
/// </summary>
static class CoarserRollups
{
    /// <param name="connection">In the deriving transaction.</param>
    /// <param name="taken">The slice they are to go with.</param>
    /// <param name="cancellation">Ends the asking.</param>
    public static async Task<IReadOnlyList<TargetSlice>> TakeAsync(
        NpgsqlConnection connection,
        TargetSlice taken,
        CancellationToken cancellation
    )
    {
        if (taken.Rule.Coarser.Count == 0)
        {
            return [];
        }

        var window = taken.Slice.Window;
        await using var batch = new NpgsqlBatch(connection);
        foreach (var rule in taken.Rule.Coarser)
        {
            batch.Add("begin_larger").AddSeries(rule.Series).AddRange(window);
            ClaimedWork.AddTo(batch, rule);
        }

        var larger = new List<TargetSlice>();
        await using var reader = await batch.ExecuteReaderAsync(cancellation);
        foreach (var rule in taken.Rule.Coarser)
        {
            await reader.NextResultAsync(cancellation);
            var due = await ClaimedWork.ReadAsync(reader, cancellation);
            await reader.NextResultAsync(cancellation);
            if (
                due.Choose(rule, window.Length, window.To.Floor(rule.Series.Timeframe)) is { Gone: false } slice
                && slice.Window == slice.Window.Widen(rule.Series.Timeframe)
            )
            {
                larger.Add(new TargetSlice(rule, slice));
            }
        }

        return larger;
    }
}
