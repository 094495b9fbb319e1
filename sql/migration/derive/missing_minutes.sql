-- Closed minutes of the last days in which every component has a final bar and the old table has none: the old writers had not
-- come to them, or they came while nobody derived. As ranges.
WITH complete AS (
  SELECT b.ts_utc
  FROM public.data_bars AS b
  WHERE b.canonical_symbol = ANY ($2::text[]) AND b.timeframe = '1m' AND NOT b.is_partial AND b.close > 0 AND b.close < 'NaN'
    AND b.ts_utc >= dxy.now() - interval '168 hours' AND b.ts_utc < date_trunc('minute', dxy.now())
    -- Not before what the old table begins with: that is history nobody asked for.
    AND b.ts_utc >= (SELECT min(d.ts_utc) FROM public.derived_data_bars AS d WHERE d.canonical_symbol = $1 AND d.timeframe = '1m'
      AND d.deleted_at IS NULL)
  GROUP BY b.ts_utc
  HAVING count(DISTINCT b.canonical_symbol) = cardinality($2::text[])
), missing AS (
  SELECT c.ts_utc FROM complete AS c
  WHERE NOT EXISTS (SELECT FROM public.derived_data_bars AS d
                    WHERE d.canonical_symbol = $1 AND d.timeframe = '1m' AND d.ts_utc = c.ts_utc AND d.deleted_at IS NULL)
)
SELECT min(g.ts_utc), max(g.ts_utc) + interval '1 minute', count(*)
FROM (SELECT m.ts_utc, m.ts_utc - row_number() OVER (ORDER BY m.ts_utc) * interval '1 minute' AS island FROM missing AS m) AS g
GROUP BY g.island
ORDER BY 1
