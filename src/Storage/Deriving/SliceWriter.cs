using System.Collections.Immutable;
using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Due;
using DxyOrleans.Core.Indexes;
using DxyOrleans.Core.Time;
using DxyOrleans.Storage.Bars;
using DxyOrleans.Storage.Deriving.Bulk;
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
    const int CopyFrom = 200;

    /// <exception cref="CollisionException">Another program was faster with a bar.</exception>
    public async Task<SliceOutcome> WriteAsync(
        NpgsqlConnection connection, DueSlice slice, Derived derived, Route route, UtcTime now, CancellationToken cancellation)
    {
        // What is set aside is not to be pruned.
        var times = Times(derived.Rows.Count, place => derived.Rows[place].Bar.Time);
        var kept = slice.Prune ? [.. times, .. derived.SetAside.SelectMany(Bars)] : times;
        var isNew = derived.Rows.Count >= CopyFrom && await IsEmptyAsync(connection, slice, cancellation) && await BarCopy.FitsAsync(connection, Table(route), cancellation);
        if (isNew)
        {
            await BarCopy.WriteAsync(connection, Table(route), derived.Rows, rule.SourceIn(Table(route)), Version(slice), now, cancellation);
        }

        var (outcomes, pruned) = await MergeAsync(connection, Table(route), slice, isNew ? [] : derived.Rows, kept, derived.SetAside, cancellation);
        await MirrorAsync(connection, slice, route, kept, cancellation);
        var outcome = Outcome(slice, outcomes, pruned, derived.Skipped, derived.Rows.Count > 0 ? derived.Rows[^1].Bar : null);
        outcome = outcome with { SetAside = derived.SetAside.Length, Reason = derived.SetAside.Length > 0 ? derived.SetAside[0].Reason : null };
        return isNew ? outcome with { New = derived.Rows.Count } : outcome;
    }

    /// <summary>The same of a block: copied where nothing stood, else only what differs is sent.</summary>
    /// <exception cref="CollisionException">Another program was faster with a bar.</exception>
    public async Task<SliceOutcome> WriteAsync(
        NpgsqlConnection connection, DueSlice slice, IBarBlock block, Route route, UtcTime now, CancellationToken cancellation)
    {
        var table = Table(route);
        var isCopied = block.IsNew && block.Count > 0 && await BarCopy.FitsAsync(connection, table, cancellation);
        if (isCopied)
        {
            await BlockCopy.WriteAsync(connection, table, rule.Series, block, rule.SourceIn(table), Version(slice), now, cancellation);
        }

        var rows = isCopied ? [] : block.Differing.Select(block.Row).ToList();
        var times = slice.Prune || route.IsMirrored ? Times(block.Count, block.Time) : [];
        var (outcomes, pruned) = await MergeAsync(connection, table, slice, rows, times, [], cancellation);
        await MirrorAsync(connection, slice, route, times, cancellation);
        var outcome = Outcome(slice, outcomes, pruned, block.Skipped, block.Count > 0 ? block.Row(block.Count - 1).Bar : null);
        return isCopied ? outcome with { New = block.Count } : outcome with { Equal = outcome.Equal + block.Count - rows.Count };
    }

    int Version(DueSlice slice) => (int)(slice.Version ?? (rule as IndexTargetRule)?.Definition.Version ?? DerivingVersion.Strict);

    async Task<bool> IsEmptyAsync(NpgsqlConnection connection, DueSlice slice, CancellationToken cancellation)
    {
        await using var command = connection.Statement("is_empty");
        command.Parameters.AddSeries(rule.Series).AddRange(slice.Window.Widen(rule.Series.Timeframe));
        return (bool)(await command.ExecuteScalarAsync(cancellation))!;
    }

    BarTable Table(Route route) => rule.IsRouted ? route.Written : BarTable.Derived;

    async Task MirrorAsync(NpgsqlConnection connection, DueSlice slice, Route route, DateTime[] times, CancellationToken cancellation)
    {
        await written(cancellation);
        if (rule.IsRouted && route.IsMirrored)
        {
            await using var mirror = connection.Statement("mirror_bars");
            mirror.Parameters.With(rule.Series.Symbol.Name).With(times).With(slice.Prune).AddRange(slice.Window);
            await mirror.ExecuteNonQueryAsync(cancellation);
        }
    }

    static SliceOutcome Outcome(DueSlice slice, IReadOnlyList<BarOutcome> outcomes, int pruned, ImmutableArray<SkipCause> skipped, Bar? newest) => new()
    {
        Window = slice.Window,
        New = outcomes.Count(outcome => outcome == BarOutcome.New),
        Changed = outcomes.Count(outcome => outcome == BarOutcome.Changed),
        Equal = outcomes.Count(outcome => outcome is BarOutcome.Equal or BarOutcome.Sampled),
        InputsGone = outcomes.Count(outcome => outcome == BarOutcome.InputsGone),
        Pruned = pruned,
        Skipped = skipped,
        Newest = newest,
    };

    // The outcome of each row, and how many bars were pruned.
    async Task<(IReadOnlyList<BarOutcome> Outcomes, int Pruned)> MergeAsync(
        NpgsqlConnection connection, BarTable table, DueSlice slice, IReadOnlyList<BarRow> rows, DateTime[] kept, ImmutableArray<SetAside> setAside,
        CancellationToken cancellation)
    {
        await using var batch = new NpgsqlBatch(connection);
        if (rows.Count > 0)
        {
            batch.AddBound(BarMerge.Command(connection, table, rows, rule.SourceIn(table),
                replaceOtherSources: true, ignoreCompleteness: slice.Prune, replaceSampled: slice.Prune || slice.Version is not null));
        }

        NpgsqlBatchCommand? prune = null;
        if (slice.Prune)
        {
            prune = new NpgsqlBatchCommand(table.Prune);
            prune.Parameters.AddSeries(rule.Series).AddRange(slice.Window).With(kept);
            batch.AddBound(prune);
        }

        batch.Add("clear_due").With(slice.Settled.ToArray()).With(slice.Continued.ToArray()).With(slice.Window.To.ToDateTime());
        if (setAside.Length > 0)
        {
            ParkedWork.AddTo(batch, rule.Series, slice, setAside);
        }

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

    IEnumerable<DateTime> Bars(SetAside part)
    {
        for (var time = part.Range.From; time < part.Range.To; time += rule.Series.Timeframe)
        {
            yield return time.ToDateTime();
        }
    }

    static DateTime[] Times(int count, Func<int, UtcTime> time)
    {
        var times = new DateTime[count];
        for (var place = 0; place < count; place++)
        {
            times[place] = time(place).ToDateTime();
        }

        return times;
    }
}
