-- A time at which the table has no bar of the series: the one after its newest, or else the newest that is free before now. $3: the timeframe's length.
SELECT CASE WHEN l.newest + $3 <= now() THEN l.newest + $3 ELSE coalesce(
         (SELECT max(t.ts) FROM generate_series(date_bin($3, now() - $3, timestamptz '2000-01-01 00:00:00+00') - 2000 * $3, now() - $3, $3) AS t(ts)
          WHERE NOT EXISTS (SELECT FROM public.data_bars AS b WHERE b.canonical_symbol = $1 AND b.timeframe = $2 AND b.ts_utc = t.ts)), l.newest + $3) END
FROM (SELECT max(b.ts_utc) AS newest FROM public.data_bars AS b WHERE b.canonical_symbol = $1 AND b.timeframe = $2 AND b.ts_utc <= now()) AS l
