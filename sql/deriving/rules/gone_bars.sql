-- Bars of the target in the range for which an input was deleted and did not come back: opens only. One that lost an input
-- less than a minute ago, in another deletion than the one looked at, is left to the look that is due for that.
SELECT dxy.bucket($2, c.ts_utc) + CASE WHEN $2 = '1m' THEN carried.minutes * interval '1 minute' ELSE interval '0' END
FROM dxy.dependency AS d
JOIN dxy.correction AS c ON c.canonical_symbol = d.input_symbol AND c.timeframe = d.input_timeframe AND c.deleted
  AND c.ts_utc >= $3::timestamptz - d.carry AND c.ts_utc < $4,
-- A close may have been carried forward.
LATERAL generate_series(0, CASE WHEN $2 = '1m' THEN (extract(epoch FROM d.carry) / 60)::integer ELSE 0 END) AS carried(minutes)
WHERE d.target_symbol = $1 AND d.target_timeframe = $2
  AND NOT EXISTS (SELECT FROM public.data_bars AS b
                  WHERE b.canonical_symbol = c.canonical_symbol AND b.timeframe = c.timeframe AND b.ts_utc = c.ts_utc AND NOT b.is_partial
                    AND c.table_name = 'data_bars')
  AND NOT EXISTS (SELECT FROM public.derived_data_bars AS b
                  WHERE b.canonical_symbol = c.canonical_symbol AND b.timeframe = c.timeframe AND b.ts_utc = c.ts_utc AND NOT b.is_partial
                    AND b.deleted_at IS NULL
                    AND c.table_name = 'derived_data_bars')
GROUP BY 1
HAVING max(c.replaced_at) <= dxy.now() - interval '1 minute'
