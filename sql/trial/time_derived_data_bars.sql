-- A time at which the table has no bar of the series and nobody writes one: on the Saturday before its newest, when the market is closed. A row that is tried at a time
-- at which others write would meet theirs, and make them wait. $3: the timeframe's length.
SELECT min(t.ts)
FROM (SELECT date_trunc('week', coalesce(max(b.ts_utc), now())) - interval '36 hours' AS noon
      FROM public.derived_data_bars AS b WHERE b.canonical_symbol = $1 AND b.timeframe = $2 AND b.ts_utc <= now()) AS l,
     generate_series(l.noon, l.noon + 500 * $3, $3) AS t(ts)
WHERE NOT EXISTS (SELECT FROM public.derived_data_bars AS b WHERE b.canonical_symbol = $1 AND b.timeframe = $2 AND b.ts_utc = t.ts)
