using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Rollups;
using DxyOrleans.Core.Time;
using Npgsql;

namespace DxyOrleans.Storage.Deriving.Bulk;

/// <summary>A rollup's buckets of a long window: what is folded and what is stored read by COPY, and compared here.</summary>
static class RollupBulk
{
    public static async Task<IBarBlock> DeriveAsync(NpgsqlConnection connection, Series series, TimeRange window, Route route, CancellationToken cancellation)
    {
        var inputs = new Series(series.Symbol, Timeframe.OneMinute);
        var bars = await CopiedRows.ReadAsync(connection, $"copy_values_{route.Read.Name}", inputs, window.Widen(series.Timeframe), cancellation);
        var stored = await CopiedRows.ReadAsync(connection, "copy_rolled", series, window, cancellation);
        return new RollupBarBlock(RollupRule.Fold(Bars(bars, inputs), series.Timeframe), stored, series);
    }

    // Rows of other programs that are not bars are left out, as everywhere.
    static List<Bar> Bars(ReadOnlySpan<byte> copied, Series series)
    {
        var bars = new List<Bar>(copied.Length / 100);
        var rows = new CopiedRows(copied);
        while (rows.Next())
        {
            if (TryBar(ref rows, series, out _, out var bar))
            {
                bars.Add(bar);
            }
        }

        return bars;
    }

    /// <summary>Reads time and values, as <c>copy_values_…</c> and <c>copy_rolled</c> give them; false when they are no bar.</summary>
    public static bool TryBar(ref CopiedRows rows, Series series, out UtcTime time, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out Bar? bar)
    {
        time = rows.Time();
        var (open, high, low, close, volume) = (rows.Number(), rows.Number(), rows.Number(), rows.Number(), rows.Number());
        decimal? vwap = rows.TryRead(out var given) ? StoredColumns.Number(given) : null;
        return Bar.TryCreate(series, time, open, high, low, close, volume, vwap, rows.Integer(), rows.Boolean(), out bar, out _);
    }
}
