using System.Globalization;
using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Time;

namespace DxyOrleans.Bench.Setup;

/// <summary>
/// A host with 500 symbols and 50 indexes of six of them each in the registry, for as long as a measurement takes. No rollups: the minutes
/// of a bench are in the past, where each would change a bucket that is over, which a live minute doesn't.
/// </summary>
internal static class ManySymbols
{
    public const int Symbols = 500;
    public const int Indexes = 50;

    const string Add = """
        INSERT INTO public.core_asset_registry_all (canonical_symbol, asset_class, active, metadata)
        SELECT 'B' || lpad(n::text, 3, '0'), 'fx', true, '{"base_timeframe": "1m"}' FROM generate_series(0, 499) AS n;
        INSERT INTO public.core_asset_registry_all (canonical_symbol, asset_class, active, metadata)
        SELECT 'IX' || lpad(n::text, 2, '0'), 'index', true, jsonb_build_object('is_synthetic', true, 'base_timeframe', '1m', 'factor', 10,
          'since', '1999-01-04',
                 'components', (SELECT jsonb_agg('B' || lpad((n * 10 + k)::text, 3, '0') ORDER BY k) FROM generate_series(0, 5) AS k),
                 'exponents', (SELECT jsonb_object_agg('B' || lpad((n * 10 + k)::text, 3, '0'), 0.1) FROM generate_series(0, 5) AS k))
        FROM generate_series(0, 49) AS n
        """;

    const string Remove = """
        DELETE FROM public.core_asset_registry_all WHERE canonical_symbol ~ '^(B[0-9]{3}|IX[0-9]{2})$';
        DELETE FROM dxy.adopted WHERE symbol ~ '^IX[0-9]{2}$'
        """;

    public static Task AddAsync(BenchServer server, CancellationToken cancellation) => server.RunAsync(Add, cancellation);

    public static async Task RemoveAsync(BenchServer server, CancellationToken cancellation)
    {
        await server.RunAsync(Remove, cancellation);
        await server.EmptyAsync(cancellation);
    }

    /// <summary>One bar of each symbol.</summary>
    public static Bar[] Minute(UtcTime time) =>
        [
            .. Enumerable
                .Range(0, Symbols)
                .Select(n =>
                    Bar.Flat(
                        new Series(Symbol.Parse(string.Create(CultureInfo.InvariantCulture, $"B{n:000}")), Timeframe.OneMinute),
                        time,
                        Price.Round(1m + (n * 0.001m) + (time.Minute % 50 * 0.00001m))
                    )
                ),
        ];
}
