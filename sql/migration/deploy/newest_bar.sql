-- The newest minute that all components have a final bar of, and whether the index's bar of it stands where it is read. No
-- row: there is no such minute.
WITH component AS (
  SELECT d.input_symbol AS symbol FROM dxy.dependency AS d WHERE d.target_symbol = $1 AND d.target_timeframe = '1m'
), newest AS (
  SELECT min(n.ts_utc) AS ts_utc
  FROM component AS c,
       LATERAL (SELECT max(b.ts_utc) AS ts_utc FROM public.data_bars AS b WHERE b.canonical_symbol = c.symbol AND b.timeframe = '1m'
         AND NOT b.is_partial) AS n
), due AS (
  SELECT b.ts_utc
  FROM newest AS n, public.data_bars AS b
  WHERE b.canonical_symbol IN (SELECT c.symbol FROM component AS c) AND b.timeframe = '1m' AND NOT b.is_partial
    AND b.ts_utc > n.ts_utc - interval '2 hours' AND b.ts_utc <= n.ts_utc AND b.ts_utc + interval '1 minute' <= dxy.now()
  GROUP BY b.ts_utc
  HAVING count(DISTINCT b.canonical_symbol) = (SELECT count(*) FROM component AS c)
  ORDER BY 1 DESC
  LIMIT 1
)
SELECT d.ts_utc,
       CASE WHEN EXISTS (SELECT FROM dxy.route AS r WHERE r.symbol = $1 AND r.mode IN ('legacy', 'both'))
            THEN EXISTS (SELECT FROM public.derived_data_bars AS b WHERE b.canonical_symbol = $1 AND b.timeframe = '1m'
              AND b.ts_utc = d.ts_utc AND b.deleted_at IS NULL)
            ELSE EXISTS (SELECT FROM public.data_bars AS b WHERE b.canonical_symbol = $1 AND b.timeframe = '1m' AND b.ts_utc = d.ts_utc) END
FROM due AS d
