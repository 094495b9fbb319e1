-- The next rows of the new table from $2 on, at most $3: how many, and the last one's time.
SELECT count(*), max(p.ts_utc)
FROM (SELECT t.ts_utc FROM public.data_bars AS t
      WHERE t.canonical_symbol = $1 AND t.timeframe = '1m' AND t.ts_utc >= $2
      ORDER BY t.ts_utc LIMIT $3) AS p
