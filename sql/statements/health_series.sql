-- What health asks of a series' last day, $3 to $4: newest final bar of all, bars of the day, oldest bar of all, largest move, lowest low, highest high. $5 names the table.
WITH bars AS (
  SELECT b.ts_utc, b.low, b.high, b.close FROM public.data_bars AS b
  WHERE $5 = 'data_bars' AND b.canonical_symbol = $1 AND b.timeframe = $2 AND b.ts_utc >= $3 AND b.ts_utc < $4 AND NOT b.is_partial
  UNION ALL
  SELECT b.ts_utc, b.low, b.high, b.close FROM (SELECT DISTINCT ON (v.ts_utc) v.* FROM public.derived_data_bars AS v
        WHERE $5 = 'derived_data_bars' AND v.canonical_symbol = $1 AND v.timeframe = $2 AND v.ts_utc >= $3 AND v.ts_utc < $4 AND v.deleted_at IS NULL
        ORDER BY v.ts_utc, v.derivation_version DESC NULLS LAST, v.updated_at DESC NULLS LAST, v.ctid DESC) AS b
  WHERE NOT b.is_partial
), moves AS (
  SELECT b.ts_utc, b.low, b.high,
         abs(b.close / nullif(lag(b.close) OVER (ORDER BY b.ts_utc), 0) - 1) AS move,
         b.ts_utc - lag(b.ts_utc) OVER (ORDER BY b.ts_utc) AS apart
  FROM bars AS b
)
SELECT CASE WHEN $5 = 'data_bars'
            THEN (SELECT max(b.ts_utc) FROM public.data_bars AS b WHERE b.canonical_symbol = $1 AND b.timeframe = $2 AND NOT b.is_partial)
            ELSE (SELECT max(b.ts_utc) FROM public.derived_data_bars AS b
                  WHERE b.canonical_symbol = $1 AND b.timeframe = $2 AND NOT b.is_partial AND b.deleted_at IS NULL) END,
       CASE WHEN $5 = 'data_bars'
            THEN (SELECT min(b.ts_utc) FROM public.data_bars AS b WHERE b.canonical_symbol = $1 AND b.timeframe = $2)
            ELSE (SELECT min(b.ts_utc) FROM public.derived_data_bars AS b WHERE b.canonical_symbol = $1 AND b.timeframe = $2 AND b.deleted_at IS NULL) END,
       count(DISTINCT m.ts_utc)::integer,
       -- Over a closed market prices may open anywhere.
       (max(m.move) FILTER (WHERE m.apart < interval '1 hour'))::double precision,
       min(m.low), max(m.high)
FROM moves AS m
