using DxyOrleans.Core.Gates;
using DxyOrleans.Migration.Engine;

namespace DxyOrleans.Migration.Steps.Test;

/// <summary>Whether every rollup that the host had goes on: each timeframe is named by the registry, and each bucket since the switch has
/// its bar.</summary>
static class RollupGate
{
    public static async Task<Gate> ReadAsync(RunContext context, string name, CancellationToken cancellation)
    {
        var symbol = context.Run.Symbol.Name;
        var switched = await context.Database.Migration("approval/switched", context.Run.Name).ValueAsync<DateTime?>(cancellation);
        var lacking = await context
            .Database.Migration("test/rollups_since", symbol, switched ?? context.Run.StartedAt.ToDateTime())
            .RowsAsync(
                row => (Timeframe: row.GetString(0), Count: row.GetInt64(1), First: row.IsDBNull(2) ? "" : row.GetUtc(2).ToString()),
                cancellation
            );
        var unnamed = lacking.Where(one => one.Count < 0).Select(one => one.Timeframe).ToList();
        var observed = lacking.Select(one =>
            one.Count < 0
                ? $"derived_data_bars has bars of {one.Timeframe}, which the registry doesn't name"
                : FormattableString.Invariant($"{one.Count} buckets of {one.Timeframe} lack their bar, the first {one.First}")
        );
        return Gate.Of(
            name,
            lacking.Count == 0,
            "every timeframe that was rolled up is rolled up still, without a hole since the switch",
            lacking.Count == 0 ? "it is" : string.Join("; ", observed),
            "sql/migration/test/rollups_since.sql",
            unnamed.Count > 0
                ? $"add {string.Join(", ", unnamed)} to derived_timeframes of {symbol} in core_asset_registry_all, or soft-delete these "
                    + $"bars; it is looked at again by itself"
                : $"'./dxy due' says what waits; './dxy rollup {symbol}' makes them; it is looked at again by itself"
        );
    }
}
