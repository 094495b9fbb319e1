using System.Globalization;

namespace DxyOrleans.Bench.Setup;

/// <summary>The old table as a host has it: DXY minutes one after the other, their prices a function of their number.</summary>
internal static class LegacyBars
{
    /// <param name="server">Where.</param>
    /// <param name="from">The first minute.</param>
    /// <param name="count">How many.</param>
    /// <param name="cancellation">Ends it.</param>
    public static async Task FillAsync(BenchServer server, DateOnly from, int count, CancellationToken cancellation)
    {
        await server.RunAsync(
            string.Create(
                CultureInfo.InvariantCulture,
                $$"""
                INSERT INTO public.derived_data_bars (canonical_symbol, timeframe, ts_utc, open, high, low, close, source, raw)
                SELECT 'DXY', '1m', timestamptz '{{from:yyyy-MM-dd}}Z' + n * interval '1 minute', v, v, v, v, 'synthetic',
                  '{"kind": "dxy", "version": 1}'
                FROM generate_series(0, {{count
                    - 1}}) AS n, LATERAL (SELECT round(100 + (n::bigint * 7919 % 100000) / 10000.0, 8) AS v) AS p
                """
            ),
            cancellation
        );
        await server.RunAsync("TRUNCATE dxy.change, dxy.due", cancellation);
        await server.RunAsync("VACUUM (ANALYZE) public.derived_data_bars", cancellation);
    }
}
