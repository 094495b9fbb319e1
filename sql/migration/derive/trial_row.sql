-- A minute as another program would write it: the newest of the symbol's ($1), a minute later. {columns}: see
-- trial_columns.sql. Gives its time; no row, no trial.
INSERT INTO public.derived_data_bars AS n ({columns}, ts_utc)
SELECT {columns}, d.ts_utc + interval '1 minute'
FROM public.derived_data_bars AS d
WHERE d.canonical_symbol = $1 AND d.timeframe = '1m' AND d.deleted_at IS NULL
ORDER BY d.ts_utc DESC LIMIT 1
RETURNING n.ts_utc
