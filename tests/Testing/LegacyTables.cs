using System.Globalization;
using DxyOrleans.Core.Time;

namespace DxyOrleans.Testing;

/// <summary>The SQL that makes and fills a legacy host's tables, as the host's own people might have done.</summary>
public static class LegacyTables
{
    /// <summary>The host's first minute: a Monday, 08:00Z; the market is open before and after.</summary>
    public static readonly UtcTime Open = UtcTime.At(2024, 3, 4, 8);

    /// <summary>A host of these options, from nothing.</summary>
    public static string Sql(LegacyOptions options) =>
        string.Join(";\n", Tables(options).Append(options.Before).Concat(Rows(options)).Append(options.After).Where(sql => sql.Length > 0));

    /// <summary>The legacy deriver's statement for minutes counted from <see cref="Open"/>.</summary>
    public static string Write(int from, int count) =>
        $$"""
            INSERT INTO public.derived_data_bars (canonical_symbol, timeframe, ts_utc, open, high, low, close, vol, vwap, trade_count,
              source, raw, derivation_version)
            SELECT 'DXY', '1m', f.ts_utc, f.v, f.v, f.v, f.v, 0, NULL, 0, 'synthetic', '{"kind": "dxy", "version": 1}', 1
            FROM (
              SELECT b.ts_utc, round(50.14348112
                * power(max(b.close) FILTER (WHERE b.canonical_symbol = 'EURUSD'),
                  -0.576) * power(max(b.close) FILTER (WHERE b.canonical_symbol = 'USDJPY'), 0.136)
                * power(max(b.close) FILTER (WHERE b.canonical_symbol = 'GBPUSD'),
                  -0.119) * power(max(b.close) FILTER (WHERE b.canonical_symbol = 'USDCAD'), 0.091)
                * power(max(b.close) FILTER (WHERE b.canonical_symbol = 'USDSEK'),
                  0.042) * power(max(b.close) FILTER (WHERE b.canonical_symbol = 'USDCHF'), 0.036), 8) AS v
              FROM public.data_bars AS b
              WHERE b.timeframe = '1m' AND b.canonical_symbol IN ('EURUSD', 'USDJPY', 'GBPUSD', 'USDCAD', 'USDSEK', 'USDCHF')
                AND b.ts_utc >= '{{Minute(
                from
            )}}' AND b.ts_utc < '{{Minute(from + count)}}'
              GROUP BY b.ts_utc
            ) AS f
            WHERE f.v IS NOT NULL
            """;

    /// <summary>An ingest program's statement: the six pairs' bars of minutes counted from <see cref="Open"/>, which depend on the minute
    /// alone.</summary>
    public static string Fx(int from, int count) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"""
            INSERT INTO public.data_bars (canonical_symbol, timeframe, ts_utc, open, high, low, close, vol, vwap, trade_count, source)
            SELECT p.pair, '1m', timestamptz '{Open}' + m * interval '1 minute', v, v * 1.001, v * 0.999, v, 10, v, 3, 'ingest'
            FROM (VALUES ('EURUSD', 1.0843), ('USDJPY', 150.12), ('GBPUSD', 1.2654), ('USDCAD', 1.3561), ('USDSEK', 10.3712), ('USDCHF',
              0.8843)) AS p(pair, price),
                 generate_series({from}, {from + count - 1}) AS m,
                 LATERAL (SELECT round(p.price * (1 + ((m * 7 + length(p.pair) + ascii(p.pair)) % 21 - 10) * 0.00002), 8) AS v) AS c
            """
        );

    static IEnumerable<string> Tables(LegacyOptions options)
    {
        var check = options.NarrowCheck
            ? "CONSTRAINT chk_src CHECK (source IN ('massive_api', 'ingest', 'backfill'))"
            : "CONSTRAINT data_bars_source_check CHECK (source IN ('massive_api', 'ingest', 'synthetic'))";
        var columns = options.MissingColumns
            ? ""
            : ", raw jsonb NOT NULL DEFAULT '{}', created_at timestamptz NOT NULL DEFAULT now(), updated_at timestamptz NOT NULL "
                + "DEFAULT now()";
        var key = options.MissingKey ? "" : ", PRIMARY KEY (canonical_symbol, timeframe, ts_utc)";
        const string Bar = """
            canonical_symbol text NOT NULL, timeframe text NOT NULL, ts_utc timestamptz NOT NULL,
            open numeric(20,8) NOT NULL, high numeric(20,8) NOT NULL, low numeric(20,8) NOT NULL, close numeric(20,8) NOT NULL,
            vol numeric NOT NULL DEFAULT 0, vwap numeric, trade_count integer NOT NULL DEFAULT 0, is_partial boolean NOT NULL DEFAULT false,
            source text NOT NULL, ingested_at timestamptz NOT NULL DEFAULT now()
            """;
        yield return $"CREATE TABLE public.data_bars ({Bar}{columns}{key}, "
            + $"{check}){(options.Partitioned ? " PARTITION BY RANGE (ts_utc)" : "")}";
        if (options.Partitioned)
        {
            yield return "CREATE TABLE public.bars_2024a PARTITION OF public.data_bars FOR VALUES FROM ('2024-01-01Z') TO ('2024-03-04 "
                + "09:00Z')";
            yield return "CREATE TABLE public.bars_2024b PARTITION OF public.data_bars FOR VALUES FROM ('2024-03-04 09:00Z') TO "
                + "('2025-01-01Z')";
        }

        yield return $$"""
            CREATE TABLE public.derived_data_bars ({{Bar}}, raw jsonb NOT NULL DEFAULT '{}', created_at timestamptz DEFAULT now(),
              updated_at timestamptz DEFAULT now(),
              derivation_version integer NOT NULL DEFAULT 1, deleted_at timestamptz,
              CONSTRAINT derived_source CHECK (source IN ('derived', 'synthetic', 'backfill')))
            """;
        yield return $"CREATE UNIQUE INDEX derived_uq ON public.derived_data_bars (canonical_symbol, timeframe, "
            + $"ts_utc{(options.Superseded > 0 ? ", derivation_version" : "")}) WHERE deleted_at IS NULL";
        yield return """
            CREATE TABLE public.core_asset_registry_all (
              canonical_symbol text PRIMARY KEY, asset_class text, description text, active boolean, test_active boolean,
              metadata jsonb NOT NULL DEFAULT '{}', created_at timestamptz NOT NULL DEFAULT now(),
                updated_at timestamptz NOT NULL DEFAULT now())
            """;
    }

    static IEnumerable<string> Rows(LegacyOptions options)
    {
        yield return """
            INSERT INTO public.core_asset_registry_all (canonical_symbol, asset_class, active, test_active, metadata)
            SELECT pair, 'fx', true, true, '{"base_timeframe": "1m"}' FROM unnest(ARRAY['EURUSD', 'USDJPY', 'GBPUSD', 'USDCAD', 'USDSEK',
              'USDCHF']) AS pair
            """;
        if (options.Registered)
        {
            yield return """
                INSERT INTO public.core_asset_registry_all (canonical_symbol, asset_class, active, test_active, metadata) VALUES ('DXY',
                  'currency_index', true, true,
                '{"is_synthetic": true, "base_timeframe": "1m", "components": ["EURUSD", "USDJPY", "GBPUSD", "USDCAD", "USDSEK", "USDCHF"], "derived_timeframes": ["5m", "1h"]}')
                """;
        }

        yield return Fx(0, options.Minutes);
        yield return Write(0, options.Minutes);
        yield return Copy(10, options.Superseded, "derived_data_bars", "close * 1.001", "'synthetic'", ", derivation_version", ", 0");
        yield return Copy(
            50,
            options.SoftDeleted,
            "derived_data_bars",
            "9999",
            "'synthetic'",
            ", derivation_version, deleted_at",
            ", 1, ts_utc + interval '1 hour'"
        );
        yield return Mark(100, options.Partial, "is_partial = true");
        yield return Mark(120, options.Foreign, "source = 'backfill'");
        yield return Copy(150, options.TargetEqual, "data_bars", "close", "'synthetic'");
        yield return Copy(170, options.TargetDifferent, "data_bars", "close + 0.01", "'synthetic'");
        yield return Copy(190, options.TargetVendor, "data_bars", "close + 0.02", "'massive_api'");
    }

    static string Copy(int from, int count, string table, string price, string source, string columns = "", string values = "") =>
        count == 0
            ? ""
            : $"""
                INSERT INTO public.{table} (canonical_symbol, timeframe, ts_utc, open, high, low, close, vol, vwap, trade_count,
                  source{columns})
                SELECT canonical_symbol, timeframe, ts_utc, {price}, {price}, {price}, {price}, vol, vwap, trade_count, {source}{values}
                FROM public.derived_data_bars {Range(from, count)} AND derivation_version = 1 AND deleted_at IS NULL
                """;

    static string Mark(int from, int count, string set) =>
        count == 0 ? "" : $"UPDATE public.derived_data_bars SET {set} {Range(from, count)}";

    static string Range(int from, int count) =>
        $"WHERE canonical_symbol = 'DXY' AND timeframe = '1m' AND ts_utc >= '{Minute(from)}' AND ts_utc < '{Minute(from + count)}'";

    static UtcTime Minute(int minute) => Open + TimeSpan.FromMinutes(minute);
}
