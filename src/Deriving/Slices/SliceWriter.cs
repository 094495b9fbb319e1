using System.Collections.Immutable;
using DxyOrleans.Bars;
using DxyOrleans.Bars.Routes;
using DxyOrleans.Bars.Writing;
using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Due;
using DxyOrleans.Core.Indexes;
using DxyOrleans.Core.Time;
using DxyOrleans.Deriving.Columnar;
using DxyOrleans.Deriving.Due;
using DxyOrleans.Deriving.Rules;
using DxyOrleans.Schema.Binding;
using Npgsql;

namespace DxyOrleans.Deriving.Slices;

/// <summary>
/// Writes what a rule gave for a slice, on the deriving transaction, and clears the due rows taken. Under dual write the old table is
/// written, and the new one made to say the same of these bars: one rule for what stays, and no way for the two to differ.
/// </summary>
/// <param name="rule">The target.</param>
/// <param name="written">Called between the tables' writes.</param>
sealed class SliceWriter(ITargetRule rule, Func<CancellationToken, Task> written)
{
    // Below this many bars a COPY saves nothing over the merge statement.
    const int CopyFrom = 200;

    /// <exception cref="CollisionException">Another program was faster with a bar.</exception>
    public async Task<SliceOutcome> WriteAsync(
        NpgsqlConnection connection,
        DueSlice slice,
        Derived derived,
        Route route,
        UtcTime now,
        CancellationToken cancellation
    )
    {
        // What is set aside is not to be pruned.
        var times = Times(derived.Rows.Count, place => derived.Rows[place].Bar.Time);
        var kept = slice.Prune ? [.. times, .. derived.Parked.SelectMany(Bars)] : times;
        var isNew =
            derived.Rows.Count >= CopyFrom
            && await IsEmptyAsync(connection, slice, cancellation)
            && await BarCopy.FitsAsync(connection, Table(route), cancellation);
        if (isNew)
        {
            await BarCopy.WriteAsync(
                connection,
                Table(route),
                derived.Rows,
                rule.SourceIn(Table(route)),
                Version(slice),
                now,
                cancellation
            );
        }

        var ask = new SliceMerge(isNew ? [] : derived.Rows, kept, derived.Parked)
        {
            MayHaveStrays = !isNew && derived.Rows.Count < slice.Window.Length.Ticks / rule.Series.Timeframe.Ticks,
        };
        var done = await MergeAsync(connection, slice, ask, route, cancellation);
        await MirrorAsync(connection, slice, route, kept, done.Retired, cancellation);
        var outcome = Outcome(slice, done, derived.Skipped, derived.Rows.Count > 0 ? derived.Rows[^1].Bar : null);
        outcome = outcome with { Parked = derived.Parked.Length, Reason = derived.Parked.Length > 0 ? derived.Parked[0].Reason : null };
        return isNew ? outcome with { New = derived.Rows.Count } : outcome;
    }

    /// <summary>Of bars whose inputs were deleted and didn't come back: made of the rest, or retired where nothing can be made.</summary>
    /// <exception cref="CollisionException">Another program was faster with a bar.</exception>
    public async Task<SliceOutcome> RenewAsync(
        NpgsqlConnection connection,
        DueSlice slice,
        Derived derived,
        HashSet<UtcTime> gone,
        Route route,
        CancellationToken cancellation
    )
    {
        var rows = derived.Rows.Where(row => gone.Contains(row.Bar.Time)).ToList();
        gone.ExceptWith(rows.Select(row => row.Bar.Time));
        gone.RemoveWhere(time => derived.Parked.Any(part => part.Range.Contains(time)));
        var ask = new SliceMerge(rows, Times(rows.Count, place => rows[place].Bar.Time), []) { IsAnew = true, Retire = [.. gone] };
        var done = await MergeAsync(connection, slice, ask, route, cancellation);
        await MirrorAsync(connection, slice, route, ask.Kept, done.Retired, cancellation);
        return Outcome(slice, done, [], null);
    }

    /// <summary>The same of a block: copied where nothing stood, else only what differs is sent.</summary>
    /// <exception cref="CollisionException">Another program was faster with a bar.</exception>
    public async Task<SliceOutcome> WriteAsync(
        NpgsqlConnection connection,
        DueSlice slice,
        IBarBlock block,
        Route route,
        UtcTime now,
        CancellationToken cancellation
    )
    {
        var table = Table(route);
        var isCopied =
            block.IsNew
            && block.Count > 0
            && (table == BarTable.Data || await IsEmptyAsync(connection, slice, cancellation))
            && await BarCopy.FitsAsync(connection, table, cancellation);
        if (isCopied)
        {
            await BlockCopy.WriteAsync(connection, table, rule.Series, block, rule.SourceIn(table), Version(slice), now, cancellation);
        }

        var rows = isCopied ? [] : block.Differing.Select(block.Row).ToList();
        var times = slice.Prune || route.IsMirrored || block.HasStrays ? Times(block.Count, block.Time) : [];
        var done = await MergeAsync(
            connection,
            slice,
            new SliceMerge(rows, times, []) { MayHaveStrays = block.HasStrays },
            route,
            cancellation
        );
        await MirrorAsync(connection, slice, route, times, done.Retired, cancellation);
        var outcome = Outcome(slice, done, block.Skipped, block.Count > 0 ? block.Row(block.Count - 1).Bar : null);
        return isCopied ? outcome with { New = block.Count } : outcome with { Equal = outcome.Equal + block.Count - rows.Count };
    }

    int Version(DueSlice slice) => slice.Version ?? rule.Version;

    async Task<bool> IsEmptyAsync(NpgsqlConnection connection, DueSlice slice, CancellationToken cancellation)
    {
        await using var command = connection.Statement("is_empty");
        command.Parameters.AddSeries(rule.Series).AddRange(slice.Window.Widen(rule.Series.Timeframe));
        return (bool)(await command.ExecuteScalarAsync(cancellation))!;
    }

    BarTable Table(Route route) => rule.IsRouted ? route.Written : BarTable.Derived;

    async Task MirrorAsync(
        NpgsqlConnection connection,
        DueSlice slice,
        Route route,
        DateTime[] times,
        DateTime[] retired,
        CancellationToken cancellation
    )
    {
        await written(cancellation);
        if (rule.IsRouted && route.IsMirrored)
        {
            await using var mirror = connection.Statement("mirror_bars");
            mirror
                .Parameters.With(rule.Series.Symbol.Name)
                .With(retired.Length > 0 ? [.. times, .. retired] : times)
                .With(slice.Prune)
                .AddRange(slice.Window);
            await mirror.ExecuteNonQueryAsync(cancellation);
        }
    }

    static SliceOutcome Outcome(DueSlice slice, SliceMerged done, ImmutableArray<SkipCause> skipped, Bar? newest) =>
        new()
        {
            Window = slice.Window,
            New = done.Outcomes.Count(outcome => outcome == BarOutcome.New),
            Changed = done.Outcomes.Count(outcome => outcome == BarOutcome.Changed),
            Equal = done.Outcomes.Count(outcome => outcome is BarOutcome.Equal or BarOutcome.Sampled or BarOutcome.Deleted),
            InputsGone = done.Outcomes.Count(outcome => outcome == BarOutcome.InputsGone),
            Pruned = done.Pruned,
            Skipped = skipped,
            Newest = newest,
        };

    async Task<SliceMerged> MergeAsync(
        NpgsqlConnection connection,
        DueSlice slice,
        SliceMerge ask,
        Route route,
        CancellationToken cancellation
    )
    {
        var table = Table(route);
        await using var batch = new NpgsqlBatch(connection);
        if (ask.Rows.Count > 0)
        {
            batch.AddBound(Merge(connection, table, slice, ask.Rows, slice.Prune || ask.IsAnew));
        }

        if (slice.Prune)
        {
            Remove(batch, table, slice, ask.Kept, areGone: false);
        }
        else if (ask.Retire.Count > 0)
        {
            Remove(batch, table, slice, [.. ask.Retire.Select(time => time.ToDateTime())], areGone: true);
        }

        batch.Add("clear_due").With(slice.Settled.ToArray()).With(slice.Continued.ToArray()).With(slice.Window.To.ToDateTime());
        if (ask.Parked.Length > 0)
        {
            ParkedWork.AddTo(batch, rule.Series, slice, ask.Parked);
        }

        var (outcomes, pruned) = await ExecuteAsync(batch, ask.Rows.Count > 0, slice.Prune || ask.Retire.Count > 0, table, cancellation);
        var done = new SliceMerged(outcomes, pruned, [.. ask.Retire.Select(time => time.ToDateTime())]);
        return slice.Prune || ask.IsAnew || !(outcomes.Contains(BarOutcome.InputsGone) || (ask.MayHaveStrays && rule is IndexTargetRule))
            ? done
            : await RenewDeniedAsync(connection, slice, ask, done, route, cancellation);
    }

    // Stored bars lack inputs: they stand, but for those that what is left denies. Where inputs went lately the others wait with them: they
    // may come back.
    async Task<SliceMerged> RenewDeniedAsync(
        NpgsqlConnection connection,
        DueSlice slice,
        SliceMerge ask,
        SliceMerged done,
        Route route,
        CancellationToken cancellation
    )
    {
        var denied = await DeniedBars.ReadAsync(connection, rule, route, slice.Window, cancellation);
        if (denied.Count == 0)
        {
            return done;
        }

        var waiting = await DeniedBars.WaitingAsync(connection, rule, slice.Window, cancellation);
        denied.RemoveWhere(time => waiting.Exists(range => range.Contains(time)));
        var anew = ask
            .Rows.Zip(done.Outcomes)
            .Where(row => row.Second == BarOutcome.InputsGone && denied.Contains(row.First.Bar.Time))
            .Select(row => row.First)
            .ToList();
        denied.ExceptWith(ask.Rows.Select(row => row.Bar.Time));
        denied.RemoveWhere(time =>
            Array.BinarySearch(ask.Kept, time.ToDateTime()) >= 0 || ask.Parked.Any(part => part.Range.Contains(time))
        );
        if (rule is not IndexTargetRule)
        {
            denied.Clear();
        }

        if (anew.Count + denied.Count == 0)
        {
            return done;
        }

        var table = Table(route);
        await using var batch = new NpgsqlBatch(connection);
        if (anew.Count > 0)
        {
            batch.AddBound(Merge(connection, table, slice, anew, true));
        }

        DateTime[] retired = [.. denied.Select(time => time.ToDateTime())];
        if (retired.Length > 0)
        {
            Remove(batch, table, slice, retired, areGone: true);
        }

        var (outcomes, pruned) = await ExecuteAsync(batch, anew.Count > 0, retired.Length > 0, table, cancellation);
        var renewed = anew.Select(row => row.Bar.Time).Zip(outcomes).ToDictionary(row => row.First, row => row.Second);
        return new SliceMerged(
            [.. ask.Rows.Zip(done.Outcomes, (row, outcome) => renewed.GetValueOrDefault(row.Bar.Time, outcome))],
            done.Pruned + pruned,
            retired
        );
    }

    NpgsqlBatchCommand Merge(
        NpgsqlConnection connection,
        BarTable table,
        DueSlice slice,
        IReadOnlyList<BarRow> rows,
        bool ignoreCompleteness
    ) =>
        BarMerge.Command(
            connection,
            table,
            rows,
            rule.SourceIn(table),
            replaceOtherSources: true,
            ignoreCompleteness,
            replaceSampled: slice.Prune || slice.Version is not null
        );

    // The times are those that go, or else those that stay.
    void Remove(NpgsqlBatch batch, BarTable table, DueSlice slice, DateTime[] times, bool areGone)
    {
        var command = new NpgsqlBatchCommand(table.Remove);
        command.Parameters.AddSeries(rule.Series).AddRange(slice.Window).With(times).With(areGone);
        batch.AddBound(command);
    }

    // The outcome of each row, and how many bars were removed.
    async Task<(IReadOnlyList<BarOutcome> Outcomes, int Removed)> ExecuteAsync(
        NpgsqlBatch batch,
        bool merges,
        bool removes,
        BarTable table,
        CancellationToken cancellation
    )
    {
        IReadOnlyList<BarOutcome> outcomes = [];
        var removed = 0;
        await using (var reader = await batch.ExecuteReaderAsync(cancellation))
        {
            if (merges)
            {
                await reader.ReadAsync(cancellation);
                outcomes = BarMerge.Outcomes(reader.GetString(0));
                await reader.NextResultAsync(cancellation);
            }

            if (removes)
            {
                await reader.ReadAsync(cancellation);
                removed = reader.GetInt32(0);
            }

            while (await reader.NextResultAsync(cancellation)) { }
        }

        return outcomes.Contains(BarOutcome.Refused) ? throw new CollisionException(rule.Series, table.Name) : (outcomes, removed);
    }

    IEnumerable<DateTime> Bars(Parked part)
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
