using DxyOrleans.Core.Due;
using DxyOrleans.Core.Indexes;
using DxyOrleans.Core.Time;
using DxyOrleans.Storage.Bars;
using Npgsql;

namespace DxyOrleans.Storage.Deriving;

/// <summary>
/// Writes what a rule gave for a slice, on the deriving transaction: to every table the route names, in the route's order, and clears the due rows taken.
/// What is reported is what became of the table that is read.
/// </summary>
/// <param name="rule">The target.</param>
/// <param name="written">Called after the first table's writes.</param>
sealed class SliceWriter(ITargetRule rule, Func<CancellationToken, Task> written)
{
    // Below this many bars a COPY saves nothing over the merge statement.
    const int CopyFrom = 1000;

    /// <exception cref="CollisionException">Another program was faster with a bar.</exception>
    public async Task<SliceOutcome> WriteAsync(
        NpgsqlConnection connection, DueSlice slice, Derived derived, Route route, UtcTime now, CancellationToken cancellation)
    {
        var tables = rule.IsRouted ? route.Written.ToList() : [BarTable.Derived];
        var read = rule.IsRouted ? route.Read : BarTable.Derived;
        var copied = derived.Rows.Count >= CopyFrom && await IsEmptyAsync(connection, slice, cancellation);
        var outcomes = new BarOutcome[derived.Rows.Count];
        var left = Enumerable.Range(0, derived.Rows.Count).ToArray();
        IReadOnlyList<BarOutcome> reported = [];
        var pruned = 0;
        foreach (var table in tables)
        {
            if (copied)
            {
                await CopyAsync(connection, table, slice, derived, now, cancellation);
            }

            var removed = await MergeAsync(connection, table, slice, derived, copied ? [] : left, outcomes, table == tables[^1], cancellation);
            (reported, pruned) = table == read ? ([.. outcomes], removed) : (reported, pruned);

            // Under dual write a row that stands in the old table as it is comes into the new one by the copy, with its own values, not by us with others.
            left = [.. left.Where(row => outcomes[row] is not (BarOutcome.Sampled or BarOutcome.InputsGone))];
            if (table == tables[0])
            {
                await written(cancellation);
            }
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

    // Returns how many bars were pruned.
    async Task<int> MergeAsync(NpgsqlConnection connection, BarTable table, DueSlice slice, Derived derived, int[] rows, BarOutcome[] outcomes,
        bool clears, CancellationToken cancellation)
    {
        await using var batch = new NpgsqlBatch(connection);
        if (rows.Length > 0)
        {
            batch.BatchCommands.Add(BarMerge.Command(table, rows.Length == derived.Rows.Count ? derived.Rows : [.. rows.Select(row => derived.Rows[row])],
                rule.SourceIn(table), replaceOtherSources: true, ignoreCompleteness: slice.Prune, replaceSampled: slice.Prune || slice.Version is not null));
        }

        NpgsqlBatchCommand? prune = null;
        if (slice.Prune)
        {
            prune = new NpgsqlBatchCommand(table.Prune);
            prune.Parameters.AddSeries(rule.Series).AddRange(slice.Window).With(derived.Rows.Select(row => row.Bar.Time.ToDateTime()).ToArray());
            batch.BatchCommands.Add(prune);
        }

        if (clears)
        {
            batch.Add("clear_due").With(slice.Settled.ToArray()).With(slice.Continued.ToArray()).With(slice.Window.To.ToDateTime());
        }

        if (batch.BatchCommands.Count > 0)
        {
            await using var reader = await batch.ExecuteReaderAsync(cancellation);
            if (rows.Length > 0)
            {
                await reader.ReadAsync(cancellation);
                var letters = BarMerge.Outcomes(reader.GetString(0));
                for (var i = 0; i < rows.Length; i++)
                {
                    outcomes[rows[i]] = letters[i] != BarOutcome.Refused ? letters[i] : throw new CollisionException(rule.Series, table.Name);
                }
            }

            while (await reader.NextResultAsync(cancellation))
            {
            }
        }

        return (int)(prune?.RecordsAffected ?? 0);
    }

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
