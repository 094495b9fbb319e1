using System.Globalization;
using DxyOrleans.Bars.Routes;
using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Indexes;
using DxyOrleans.Core.Market;
using DxyOrleans.Core.Time;
using DxyOrleans.Schema.Binding;

namespace DxyOrleans.Client.Commands.Verify;

/// <summary>
/// Queries by which a stranger can check a target with psql alone, in PostgreSQL's own arithmetic: a row back is a difference, or an input
/// that is no bar. They keep the rules of <c>verify</c> and end without a row exactly where it says "equal".
/// </summary>
internal static class VerifySql
{
    const string Epoch = "timestamptz '2000-01-01 00:00:00+00'";

    /// <summary>An index's minutes by the formula in <c>numeric</c>. Rows of a version that carries closes are compared with the latest
    /// within the maximum age.</summary>
    public static string Index(IndexDefinition definition, BarTable stored, TimeRange range, TimeSpan ripeness, HostBinding binding)
    {
        var holds = binding.Precision(stored.Name, definition.Symbol);
        var carries = definition.Rule.CarriesCloses ? "true" : "false";
        var symbols = string.Join(", ", definition.Components.Select(component => $"'{component.Symbol}'"));
        var aliases = definition.Components.Select(Alias).ToList();
        return binding.Render(
            $"""
            -- {definition.Symbol} 1m in {range}: stored against {Number(definition.Factor)} * product(close ^ exponent).
            -- A row is a difference, or a minute whose inputs are no bars. Rows of a version that carries closes (dxy.deriving_rule)
            -- need the latest of each within the maximum age, others every close in the very minute. A stored minute whose inputs are
            -- gone is left out while what is left of them, and what it recorded, agrees with it.
            WITH stored AS (
              SELECT w.*, {Completeness("w")} AS completeness,
                coalesce((SELECT r.carries_closes FROM dxy.deriving_rule AS r WHERE to_jsonb(r.version) = w.raw->'version'), {carries})
                  AS carries
              FROM (SELECT DISTINCT ON (ts_utc) ts_utc, open, high, low, close, vol, vwap, trade_count, is_partial, raw FROM public.{stored}
                    WHERE canonical_symbol = '{definition.Symbol}' AND timeframe = '1m' AND ts_utc >= '{range.From}'
                      AND ts_utc < '{range.To}'{Active(
                stored
            )}
                      AND ts_utc <= dxy.now() - interval '{Seconds(ripeness)} seconds'
                    ORDER BY ts_utc{Winner(stored)}) AS w
              WHERE dxy.bar_fault(w.open, w.high, w.low, w.close) IS NULL
            ), minutes AS (
              SELECT m.ts_utc, coalesce(s.carries, {carries}) AS carries
              FROM (SELECT DISTINCT ts_utc FROM public.data_bars WHERE canonical_symbol IN ({symbols})
                      AND timeframe = '1m' AND NOT is_partial AND ts_utc >= '{UtcTime.Max(
                range.From,
                definition.Since
            )}' AND ts_utc < '{range.To}'
                      AND ts_utc <= dxy.now() - interval '{Seconds(
                ripeness
            )} seconds' AND ts_utc = date_bin(interval '1 minute', ts_utc, {Epoch})) AS m
              LEFT JOIN stored AS s ON s.ts_utc = m.ts_utc{Open(definition, range)}
            ), closes AS (
              SELECT m.ts_utc, {string.Join(", ", aliases.Select(alias => $"{alias}.close AS {alias}"))},
                     coalesce({string.Join(", ", aliases.Select(alias => $"{alias}.fault"))}) AS fault,
                     -({string.Join(" + ", aliases.Select(alias => $"extract(epoch FROM m.ts_utc - {alias}.ts_utc) / 60"))}) AS completeness
              FROM minutes AS m
            {string.Join(
                Environment.NewLine,
                definition.Components.Select((component, place) => Latest(component, definition.MaxAgeOf(place)))
            )}
            ), expected AS (
              SELECT c.ts_utc, c.completeness, coalesce(c.fault, CASE WHEN c.level <= 0
                OR c.level >= 90000000 THEN 'the level ' || c.level || ' is no price' END) AS fault, c.level,
                     jsonb_build_object({string.Join(
                ", ",
                definition.Components.Select(component => $"'{component.Symbol}', c.{Alias(component)}::double precision::numeric")
            )}) AS inputs
              FROM (SELECT *, CASE WHEN fault IS NULL THEN round({Formula(definition, "ts_utc", component =>
                Alias(component)
            )}, 8) END AS level FROM closes) AS c
              WHERE c.fault IS NOT NULL OR c.level IS NOT NULL
            ), judged AS (
              SELECT coalesce(e.ts_utc, s.ts_utc) AS ts_utc, e.level AS expected, s.close AS stored,
                CASE
                  WHEN e.fault IS NOT NULL THEN e.fault
                  WHEN s.ts_utc IS NULL THEN {Missing(definition.Series, stored, range, "e.ts_utc")}
                  WHEN e.level IS NOT NULL AND NOT s.is_partial AND (
                       -- A sampled minute's open, high and low are what its row says of its samples.
                       s.raw->'samples' IS NOT NULL AND s.close = {holds.Close.Sql("e.level")} AND s.raw->'inputs' = e.inputs
                         AND s.high >= greatest(s.open, s.close) AND s.low <= least(s.open, s.close)
                       OR (s.open, s.high, s.low, s.close, s.vol, s.trade_count) IS NOT DISTINCT FROM ({holds.Open.Sql(
                "e.level"
            )}, {holds.High.Sql("e.level")}, {holds.Low.Sql("e.level")}, {holds.Close.Sql("e.level")}, 0::numeric, 0) AND s.vwap IS NULL
                         AND (s.raw->'kind' IS DISTINCT FROM '"{definition.Symbol.Name.ToLowerInvariant()}"' OR s.raw->'inputs' = e.inputs)
                       -- What another program sampled within the minute can't be derived again: its close is all that can be judged.
                       OR s.close = {holds.Close.Sql("e.level")} AND jsonb_typeof(s.raw->'inputs') IS DISTINCT FROM 'object') THEN NULL
                  WHEN s.ts_utc IN (SELECT dxy.denied_minutes('{definition.Symbol}', '{stored}', '{range.From}', '{range.To}'))
                    THEN 'different'
                  WHEN e.level IS NOT NULL THEN CASE WHEN s.is_partial OR s.completeness <= e.completeness THEN 'different' END
                  WHEN {string.Join(
                " AND ",
                definition.Components.Select(component => $"jsonb_typeof(s.raw->'inputs'->'{component.Symbol}') = 'number'")
            )}
                    THEN CASE WHEN round({Formula(definition, "s.ts_utc", component =>
                $"(s.raw->'inputs'->>'{component.Symbol}')::numeric"
            )}, 8) = ALL (CASE WHEN s.raw->'samples' IS NULL THEN ARRAY[s.open, s.high, s.low, s.close] ELSE ARRAY[s.close] END)
                      THEN NULL ELSE 'unexplained' END
                  WHEN s.ts_utc >= (SELECT CASE WHEN count(*) = {definition.Components.Length} THEN max(f.first_ts) END
                                    FROM (SELECT min(ts_utc) AS first_ts FROM public.data_bars
                                          WHERE canonical_symbol IN ({symbols}) AND timeframe = '1m' AND ts_utc >= '1970-01-01T00:00:00Z'
                                          GROUP BY canonical_symbol) AS f) THEN 'unexplained'
                END AS kind
              FROM expected AS e FULL JOIN stored AS s ON s.ts_utc = e.ts_utc
            )
            SELECT ts_utc, kind, expected, stored FROM judged WHERE kind IS NOT NULL ORDER BY 1;
            """
        );
    }

    /// <summary>A rollup by plain aggregates.</summary>
    public static string Rollup(Series series, BarTable inputs, TimeRange range, TimeSpan ripeness, HostBinding binding)
    {
        var holds = binding.Precision(BarTable.Derived.Name, series.Symbol);
        range = range.Widen(series.Timeframe);
        var minutes = series.Timeframe.Minutes.ToString(CultureInfo.InvariantCulture);
        return binding.Render(
            $"""
            -- {series} in {range}: stored against the 1m bars of each bucket. A row is a difference, or a bucket with a 1m row that is
            -- no bar. A volume or count that is none (null, below zero, NaN) adds nothing. A bucket some of whose bars are gone is left
            -- out while what is left of them agrees with it.
            WITH stored AS (
              SELECT w.*, {Completeness("w")} AS completeness
              FROM (SELECT DISTINCT ON (ts_utc) ts_utc, open, high, low, close, vol, vwap, trade_count, is_partial, raw
                FROM public.derived_data_bars
                    WHERE canonical_symbol = '{series.Symbol}' AND timeframe = '{series.Timeframe}' AND ts_utc >= '{range.From}'
                      AND ts_utc < '{range.To}' AND deleted_at IS NULL
                      AND ts_utc <= dxy.now() - interval '{Seconds(ripeness)} seconds'
                    ORDER BY ts_utc{Winner(BarTable.Derived)}) AS w
              WHERE dxy.bar_fault(w.open, w.high, w.low, w.close) IS NULL
            ), told AS (
              SELECT ts_utc, date_bin(interval '{minutes} minutes', ts_utc, {Epoch}) AS bucket, dxy.bar_fault(open, high, low, close)
                AS fault,
                     round(open, 8) AS open, round(high, 8) AS high, round(low, 8) AS low, round(close, 8) AS close,
                     dxy.known_volume(vol) AS vol, CASE WHEN dxy.is_price(round(vwap, 8)) THEN round(vwap, 8) END AS vwap,
                     vwap IS NOT NULL AND NOT dxy.is_price(round(vwap, 8)) AS no_vwap, dxy.known_count(trade_count) AS trade_count
              FROM (SELECT {(inputs == BarTable.Derived ? "DISTINCT ON (ts_utc) " : "")}* FROM public.{inputs}
                    WHERE canonical_symbol = '{series.Symbol}' AND timeframe = '1m' AND ts_utc >= '{range.From}'
                      AND ts_utc < '{range.To}'{Active(
                inputs
            )}
                    ORDER BY ts_utc{Winner(inputs)}) AS i
              WHERE NOT is_partial AND ts_utc = date_bin(interval '1 minute', ts_utc, {Epoch}) AND date_bin(interval '{minutes} minutes',
                ts_utc, {Epoch}) <= dxy.now() - interval '{Seconds(
                ripeness
            )} seconds'
            ), faults AS (
              SELECT bucket, min(fault || ' (' || dxy.time_text(ts_utc) || ')') AS fault FROM told GROUP BY bucket
            ), bars AS (
              SELECT DISTINCT bucket, ts_utc, open, high, low, close, vol, vwap, no_vwap, trade_count FROM told WHERE fault IS NULL
            ), expected AS (
              SELECT bucket AS ts_utc, count(*) > count(DISTINCT ts_utc) AS disputed,
                     (array_agg(open ORDER BY ts_utc))[1] AS open, max(high) AS high, min(low) AS low, (array_agg(close
                       ORDER BY ts_utc DESC))[1] AS close,
                     coalesce(round(sum(vol), least(18, 28 - length(trunc(sum(vol))::text))), 0) AS vol,
                     CASE WHEN sum(trade_count) <= 2147483647 THEN sum(trade_count) ELSE 0 END AS trade_count,
                     nullif(round(sum(vwap * vol) FILTER (WHERE vol > 0) * 1.{new string(
                '0',
                30
            )} / sum(vol) FILTER (WHERE vol > 0 AND vwap IS NOT NULL), 8), 0) AS vwap,
                     count(*) AS inputs,
                     jsonb_strip_nulls(jsonb_build_object('vol', nullif(count(*) FILTER (WHERE vol IS NULL), 0), 'vwap',
                       nullif(count(*) FILTER (WHERE no_vwap), 0),
                       'trade_count', nullif(CASE WHEN sum(trade_count) > 2147483647 THEN count(*)
                         ELSE count(*) FILTER (WHERE trade_count IS NULL) END, 0))) AS unknown
              FROM bars GROUP BY bucket
            ), judged AS (
              SELECT coalesce(e.ts_utc, s.ts_utc, f.bucket) AS ts_utc, e.open, s.open AS stored_open, e.high, s.high AS stored_high, e.low,
                s.low AS stored_low,
                     e.close, s.close AS stored_close, e.vol, s.vol AS stored_vol,
                CASE
                  WHEN f.fault IS NOT NULL THEN f.fault
                  WHEN e.disputed THEN 'a 1m bar stands twice, and not the same'
                  WHEN s.ts_utc IS NULL THEN {Missing(series, BarTable.Derived, range, "e.ts_utc")}
                  WHEN ({holds.Open.Sql("e.open")}, {holds.High.Sql("e.high")}, {holds.Low.Sql("e.low")}, {holds.Close.Sql(
                "e.close"
            )}, {holds.Volume.Sql("e.vol")}, e.vwap, {(holds.HasTradeCount ? "coalesce(e.trade_count, 0)" : "0")}, false)
                         IS NOT DISTINCT FROM (s.open, s.high, s.low, s.close, s.vol, s.vwap, s.trade_count, s.is_partial)
                       AND (s.raw->'kind' IS DISTINCT FROM '"rollup"'
                            OR s.raw->'inputs' = to_jsonb(e.inputs) AND coalesce(s.raw->'unknown', '{"{}"}') = e.unknown) THEN NULL
                  WHEN s.ts_utc IN (SELECT dxy.denied_buckets('{series.Symbol}', '{series.Timeframe}', '{inputs}', '{range.From}',
                    '{range.To}')) THEN 'different'
                  WHEN e.ts_utc IS NOT NULL THEN CASE WHEN s.is_partial OR s.completeness <= e.inputs THEN 'different' END
                  WHEN jsonb_typeof(s.raw->'inputs') = 'number' AND s.completeness > 0 THEN NULL
                  WHEN s.ts_utc >= (SELECT min(ts_utc) FROM public.{inputs}
                                    WHERE canonical_symbol = '{series.Symbol}' AND timeframe = '1m'
                                      AND ts_utc >= '1970-01-01T00:00:00Z'{Active(
                inputs
            )}) THEN 'unexplained'
                END AS kind
              FROM expected AS e FULL JOIN stored AS s ON s.ts_utc = e.ts_utc FULL JOIN faults AS f ON f.bucket = coalesce(e.ts_utc,
                s.ts_utc)
            )
            SELECT ts_utc, kind, open, stored_open, high, stored_high, low, stored_low, close, stored_close, vol, stored_vol FROM judged
              WHERE kind IS NOT NULL ORDER BY 1;
            """
        );
    }

    // The newest close of a component for a minute, or why it says nothing.
    static string Latest(IndexComponent component, int maxAge)
    {
        var rows =
            $"FROM public.data_bars AS b WHERE b.canonical_symbol = '{component.Symbol}' AND b.timeframe = '1m' AND NOT b.is_partial";
        var alias = Alias(component);
        return $"""
              LEFT JOIN LATERAL (
                SELECT b.ts_utc, min(b.close) AS close,
                       CASE WHEN bool_or(NOT dxy.is_price(b.close)) THEN 'close of {component.Symbol} is ' ||
                         coalesce(left(max(b.close)::text, 40), 'null')
                            WHEN count(DISTINCT CASE WHEN dxy.is_price(b.close) THEN b.close::double precision END) > 1 THEN
                              '{component.Symbol} stands twice, and not the same' END AS fault
                {rows} AND b.ts_utc = (SELECT max(b.ts_utc) {rows}
                  AND b.ts_utc <= m.ts_utc AND b.ts_utc >= m.ts_utc - CASE WHEN m.carries THEN interval '{maxAge.ToString(
                CultureInfo.InvariantCulture
            )} minutes' ELSE interval '0' END
                  AND b.ts_utc = date_bin(interval '1 minute', b.ts_utc, {Epoch}))
                GROUP BY b.ts_utc) AS {alias} ON true
            """;
    }

    // Carried closes give a minute only while the market is open; others where every pair printed, whenever that was.
    static string Open(IndexDefinition definition, TimeRange range)
    {
        if (!definition.Rule.CarriesCloses)
        {
            return "";
        }

        var open = FxWeek
            .OpenRanges(range.Intersect(new TimeRange(definition.Since, UtcTime.At(2100, 1, 1))))
            .Select(week => $"('{week.From}'::timestamptz, '{week.To}'::timestamptz)")
            .ToList();
        return open.Count == 0
            ? $"{Environment.NewLine}  WHERE false"
            : $"{Environment.NewLine}  WHERE NOT coalesce(s.carries, true) OR EXISTS (SELECT FROM (VALUES {string.Join(", ", open)}) AS "
                + $"o(from_ts, to_ts) WHERE m.ts_utc >= o.from_ts AND m.ts_utc < o.to_ts)";
    }

    // Each period by its own weights, the latest first.
    static string Formula(IndexDefinition definition, string time, Func<IndexComponent, string> close)
    {
        var later = definition
            .Later.Reverse()
            .Select(period => $"WHEN {time} >= '{period.Since}' THEN {Product(definition.At(period.Since), close)}");
        return definition.Later.IsEmpty
            ? Product(definition, close)
            : $"CASE {string.Join(" ", later)} ELSE {Product(definition, close)} END";
    }

    static string Product(IndexDefinition definition, Func<IndexComponent, string> close) =>
        $"{Number(definition.Factor)} * "
        + $"{string.Join(" * ", definition.Components.Select(component => $"power({close(component)}, {Number(component.Exponent)})"))}";

    static string Completeness(string row) =>
        $"CASE WHEN jsonb_typeof({row}.raw->'inputs') = 'number' THEN ({row}.raw->'inputs')::numeric WHEN "
        + $"jsonb_typeof({row}.raw->'age_total') = 'number' THEN -({row}.raw->'age_total')::numeric ELSE 0 END";

    // What another program deleted softly stays deleted.
    static string Missing(Series series, BarTable table, TimeRange range, string time) =>
        table == BarTable.Data
            ? "'missing'"
            : $"CASE WHEN {time} NOT IN (SELECT dxy.soft_deleted('{series.Symbol}', '{series.Timeframe}', '{range.From}', "
                + $"'{range.To}')) THEN 'missing' END";

    static string Active(BarTable table) => table == BarTable.Derived ? " AND deleted_at IS NULL" : "";

    static string Winner(BarTable table) =>
        table == BarTable.Derived ? ", derivation_version DESC NULLS LAST, updated_at DESC NULLS LAST, ctid DESC" : "";

    static string Alias(IndexComponent component) => component.Symbol.Name.ToLowerInvariant().Replace('.', '_');

    static string Seconds(TimeSpan span) => span.TotalSeconds.ToString(CultureInfo.InvariantCulture);

    // A double's shortest form may have an exponent, which psql reads as a double and not as numeric.
    static string Number(double number) => ((decimal)number).ToString(CultureInfo.InvariantCulture);
}
