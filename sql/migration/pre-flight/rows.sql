-- The symbol's 1m bars in both tables, classed as the copy will class them: what we derived and stands in the new one alone is
-- no conflict. The winner of a bar: the greatest version, then the newest.
WITH old AS MATERIALIZED (
  SELECT DISTINCT ON (b.ts_utc) b.*, count(*) OVER (PARTITION BY b.ts_utc) AS versions
  FROM public.derived_data_bars AS b
  WHERE b.canonical_symbol = $1 AND b.timeframe = '1m' AND b.deleted_at IS NULL
  ORDER BY b.ts_utc, b.derivation_version DESC, b.updated_at DESC NULLS LAST, b.ctid DESC
), pair AS (
  SELECT n.source, o.ts_utc IS NULL AS lone, coalesce(jsonb_typeof(to_jsonb(n)->'raw'->'inputs') = 'object', false) AS derived,
         (n.open, n.high, n.low, n.close, n.vol, n.vwap, n.trade_count, n.is_partial) IS NOT DISTINCT FROM (o.open, o.high, o.low, o.close,
           o.vol, o.vwap, o.trade_count, o.is_partial) AS equal
  FROM public.data_bars AS n LEFT JOIN old AS o ON o.ts_utc = n.ts_utc
  WHERE n.canonical_symbol = $1 AND n.timeframe = '1m'
)
SELECT (SELECT count(*) FROM old), (SELECT coalesce(sum(o.versions - 1), 0)::bigint FROM old AS o),
  (SELECT count(*) FROM old AS o WHERE o.is_partial),
       (SELECT count(*) FROM public.derived_data_bars AS b WHERE b.canonical_symbol = $1 AND b.timeframe = '1m'
         AND (b.ts_utc IS NULL OR b.close IS NULL)),
       count(*), count(*) FILTER (WHERE p.lone AND NOT p.derived), count(*) FILTER (WHERE p.equal),
       count(*) FILTER (WHERE NOT p.equal AND NOT p.lone AND p.source = 'synthetic'),
       count(*) FILTER (WHERE NOT p.equal AND NOT p.lone AND p.source IS DISTINCT FROM 'synthetic'),
       (SELECT coalesce(string_agg(format('%s %s', s.rows, coalesce(s.source, 'NULL')), ', ' ORDER BY s.source), 'none')
         FROM (SELECT q.source, count(*) AS rows FROM pair AS q GROUP BY q.source) AS s),
       (SELECT min(o.ts_utc) FROM old AS o)
FROM pair AS p
