using DxyOrleans.Core.Due;
using DxyOrleans.Core.Indexes;
using DxyOrleans.Core.Time;
using DxyOrleans.Storage.Bars;
using Npgsql;

namespace DxyOrleans.Storage.Deriving;

/// <summary>
/// Writes what a rule gave for a slice, on the deriving transaction, and clears the due rows taken. Under dual write the old table is written, and the new one
/// made to say the same of these bars: one rule for what stays, and no way for the two to differ.
/// </summary>
/// <param name="rule">The target.</param>
/// <param name="written">Called between the tables' writes.</param>
sealed class SliceWriter(ITargetRule rule, Func<CancellationToken, Task> written)
{
    // Below this many bars a COPY saves nothing over the merge statement.
    const int CopyFrom = 1000;

    /// <exception cref="CollisionException">Another program was faster with a bar.</exception>
    public async Task<SliceOutcome> WriteAsync(
        NpgsqlConnection connection, DueSlice slice, Derived derived, Route route, UtcTime now, CancellationToken cancellation)
    {
        var table = rule.IsRouted ? route.Written : BarTable.Derived;
        var copied = derived.Rows.Count >= CopyFrom && await IsEmptyAsync(connection, slice, cancellation);
        if (copied)
        {
            await CopyAsync(connection, table, slice, derived, now, cancellation);
        }

        var (reported, pruned) = await MergeAsync(connection, table, slice, copied ? [] : derived.Rows, derived.Rows, cancellation);
        await written(cancellation);
        if (rule.IsRouted && route.IsMirrored)
        {
            await using var mirror = new NpgsqlCommand(Sql.Statement("mirror_bars"), connection);
            mirror.Parameters.With(rule.Series.Symbol.Name).With(Times(derived.Rows)).With(slice.Prune).AddRange(slice.Window);
            await mirror.ExecuteNonQueryAsync(cancellation);
        }

        return new SliceOutcome
        {
            Window = slice.Window,
            New = copied ? derived.Rows.Count : reported.Count(outcome => outcome == BarOutcome.New),
            Changed = copied ? 0 : reported.Count(outcome => outcome == BarOutcome.Changed),
            Equal = copied ? 0 : reported.Count(outcome => outcome is BarOutcome.Equal or BarOutcome.Sampled),
            InputsGone = copied ? 0 : reported.Count(outcome => outcome == BarOutcome.InputsGone),
            Pruned = pruned,
            Skipped = derived.Skipped,
            Newest = derived.Rows.Count > 0 ? derived.Rows[^1].Bar : null,
        };
    }

    // The outcome of each row, and how many bars were pruned.
    async Task<(IReadOnlyList<BarOutcome> Outcomes, int Pruned)> MergeAsync(
        NpgsqlConnection connection, BarTable table, DueSlice slice, IReadOnlyList<BarRow> rows, IReadOnlyList<BarRow> kept, CancellationToken cancellation)
    {
        await using var batch = new NpgsqlBatch(connection);
        if (rows.Count > 0)
        {
            batch.BatchCommands.Add(BarMerge.Command(table, rows, rule.SourceIn(table),
                replaceOtherSources: true, ignoreCompleteness: slice.Prune, replaceSampled: slice.Prune || slice.Version is not null));
        }

        NpgsqlBatchCommand? prune = null;
        if (slice.Prune)
        {
            prune = new NpgsqlBatchCommand(table.Prune);
            prune.Parameters.AddSeries(rule.Series).AddRange(slice.Window).With(Times(kept));
            batch.BatchCommands.Add(prune);
        }

        batch.Add("clear_due").With(slice.Settled.ToArray()).With(slice.Continued.ToArray()).With(slice.Window.To.ToDateTime());
        IReadOnlyList<BarOutcome> outcomes = [];
        await using (var reader = await batch.ExecuteReaderAsync(cancellation))
        {
            if (rows.Count > 0)
            {
                await reader.ReadAsync(cancellation);
                outcomes = BarMerge.Outcomes(reader.GetString(0));
            }

            while (await reader.NextResultAsync(cancellation))
            {
            }
        }

        return outcomes.Contains(BarOutcome.Refused) ? throw new CollisionException(rule.Series, table.Name) : (outcomes, (int)(prune?.RecordsAffected ?? 0));
    }

    static DateTime[] Times(IReadOnlyList<BarRow> rows) => [.. rows.Select(row => row.Bar.Time.ToDateTime())];

    async Task<bool> IsEmptyAsync(NpgsqlConnection connection, DueSlice slice, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(Sql.Statement("is_empty"), connection);
        command.Parameters.AddSeries(rule.Series).AddRange(slice.Window.Widen(rule.Series.Timeframe));
        return (bool)(await command.ExecuteScalarAsync(cancellation))!;
    }

    Task CopyAsync(NpgsqlConnection connection, BarTable table, DueSlice slice, Derived derived, UtcTime now, CancellationToken cancellation)
    {
        var version = (int)(slice.Version ?? (rule as IndexTargetRule)?.Definition.Version ?? DerivingVersion.Strict);
        return BarCopy.WriteAsync(connection, table, derived.Rows, rule.SourceIn(table), version, now, cancellation);
    }
}
