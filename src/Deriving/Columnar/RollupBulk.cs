using DxyOrleans.Bars.Reading;
using DxyOrleans.Bars.Routes;
using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Rollups;
using DxyOrleans.Core.Time;
using DxyOrleans.Deriving.Rules;
using DxyOrleans.Deriving.Slices;
using Npgsql;

namespace DxyOrleans.Deriving.Columnar;

/// <summary>The buckets of a symbol's rollups in a long window: what is folded is read once for all of them, what is stored of each, both
/// by COPY, and compared here.</summary>
static class RollupBulk
{
    /// <param name="connection">Open; the transaction is the caller's.</param>
    /// <param name="work">A rollup's slice, then larger ones' within it.</param>
    /// <param name="route">Where the symbol's 1m bars stand.</param>
    /// <param name="cancellation">Ends the reading.</param>
    /// <returns>Null where a row is no bar, or a minute stands twice and its rows don't say the same: bar by bar they are told and the rest
    /// is derived.</returns>
    public static async Task<IReadOnlyList<IBarBlock>?> DeriveAsync(
        NpgsqlConnection connection,
        IReadOnlyList<TargetSlice> work,
        Route route,
        CancellationToken cancellation
    )
    {
        var inputs = new Series(work[0].Rule.Series.Symbol, Timeframe.OneMinute);
        List<Bar>? bars;
        using (var copied = await CopiedBytes.ReadAsync(connection, $"copy_values_{route.Read.Name}", inputs, Whole(work[0]), cancellation))
        {
            bars = Bars(copied.Rows, inputs);
        }

        if (bars is not null && HasDuplicates(bars))
        {
            var unfit = new UnfitInputs(Timeframe.OneMinute);
            bars = unfit.Deduplicate(bars);
            bars = unfit.IsEmpty ? bars : null;
        }

        if (bars is null)
        {
            return null;
        }

        var blocks = new List<IBarBlock>();
        foreach (var part in work)
        {
            var (rule, slice) = part;
            using var stored = await CopiedBytes.ReadAsync(connection, "copy_rolled", rule.Series, slice.Window, cancellation);
            blocks.Add(new RollupBarBlock(RollupRule.Fold(Within(bars, Whole(part)), rule.Series.Timeframe), stored.Rows, rule.Series));
        }

        return blocks;
    }

    static bool HasDuplicates(List<Bar> bars)
    {
        for (var n = 1; n < bars.Count; n++)
        {
            if (bars[n].Time == bars[n - 1].Time)
            {
                return true;
            }
        }

        return false;
    }

    static TimeRange Whole(TargetSlice part) => part.Slice.Window.Widen(part.Rule.Series.Timeframe);

    static List<Bar> Within(List<Bar> bars, TimeRange window)
    {
        var from = bars.FindIndex(bar => window.Contains(bar.Time));
        var end = bars.FindLastIndex(bar => window.Contains(bar.Time)) + 1;
        return from < 0 ? []
            : from == 0 && end == bars.Count ? bars
            : bars[from..end];
    }

    // Null when a row is no bar.
    static List<Bar>? Bars(CopiedRows rows, Series series)
    {
        var bars = new List<Bar>();
        while (rows.Next())
        {
            if (TryBar(ref rows, series, out _, out var bar, out var unfit))
            {
                bars.Add(bar);
            }
            else if (unfit is not null)
            {
                return null;
            }
        }

        return bars;
    }

    /// <summary>Reads time and values, as <c>copy_values_…</c> and <c>copy_rolled</c> give them; false when they are no bar.</summary>
    public static bool TryBar(
        ref CopiedRows rows,
        Series series,
        out UtcTime time,
        [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out Bar? bar,
        out UnfitRow? unfit
    )
    {
        time = rows.Time();
        return new HostRow
        {
            Time = time,
            Open = rows.Optional(),
            High = rows.Optional(),
            Low = rows.Optional(),
            Close = rows.Optional(),
            Volume = rows.Optional(),
            Vwap = rows.Optional(),
            TradeCount = rows.OptionalInteger(),
            IsPartial = rows.Boolean(),
        }.TryBar(series, out bar, out unfit);
    }
}
