-- The month (UTC) of the first active bar from $2 on, before $3: where it begins and ends; no row when there is no such bar.
SELECT greatest($2, m.month AT TIME ZONE 'UTC'), least($3, (m.month + interval '1 month') AT TIME ZONE 'UTC')
FROM (SELECT date_trunc('month', min(s.ts_utc) AT TIME ZONE 'UTC') AS month
      FROM public.derived_data_bars AS s
      WHERE s.canonical_symbol = $1 AND s.timeframe = '1m' AND s.deleted_at IS NULL AND s.ts_utc >= $2 AND s.ts_utc < $3) AS m
WHERE m.month IS NOT NULL
