-- What the bars hold that are to be moved ($1, in the old table) and those they are derived from ($2, in the new one): rows, rows that are
-- no bar, the first of them with column and value, and rows without volume or count.
WITH held AS (
  SELECT 'derived_data_bars' AS place, b.canonical_symbol, b.ts_utc, b.open, b.high, b.low, b.close, b.vol, b.trade_count
  FROM public.derived_data_bars AS b WHERE b.canonical_symbol = $1 AND b.timeframe = '1m' AND b.deleted_at IS NULL
  UNION ALL
  SELECT 'data_bars', b.canonical_symbol, b.ts_utc, b.open, b.high, b.low, b.close, b.vol, b.trade_count
  FROM public.data_bars AS b WHERE b.canonical_symbol = ANY ($2::text[]) AND b.timeframe = '1m'
), judged AS (
  SELECT h.*, coalesce(h.open > 0 AND h.open < 'Infinity' AND h.high > 0 AND h.high < 'Infinity' AND h.low > 0 AND h.low < 'Infinity'
                       AND h.close > 0 AND h.close < 'Infinity' AND h.high >= greatest(h.open, h.close, h.low)
                         AND h.low <= least(h.open, h.close)
                       AND isfinite(h.ts_utc), false) AS sound
  FROM held AS h
)
SELECT p.place, count(j.place), count(j.place) FILTER (WHERE NOT j.sound),
       (SELECT format('%s %s: %s', f.canonical_symbol, f.ts_utc, coalesce(
          (SELECT string_agg(format('%s is %s', v.name, coalesce(v.value::text, 'null')), ', ')
           FROM (VALUES ('open', f.open), ('high', f.high), ('low', f.low), ('close', f.close)) AS v(name, value)
           WHERE NOT coalesce(v.value > 0 AND v.value < 'Infinity', false)),
          format('high %s, low %s', f.high, f.low)))
        FROM judged AS f WHERE f.place = p.place AND NOT f.sound ORDER BY f.ts_utc LIMIT 1),
       count(j.place) FILTER (WHERE j.vol IS NULL), count(j.place) FILTER (WHERE j.trade_count IS NULL)
FROM (VALUES ('data_bars'), ('derived_data_bars')) AS p(place) LEFT JOIN judged AS j ON j.place = p.place
GROUP BY p.place ORDER BY p.place
