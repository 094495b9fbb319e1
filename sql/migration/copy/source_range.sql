-- From the first to just after the last of the old table's active bars; null when there is none.
SELECT min(s.ts_utc), max(s.ts_utc) + interval '1 microsecond'
FROM public.derived_data_bars AS s
WHERE s.canonical_symbol = $1 AND s.timeframe = '1m' AND s.deleted_at IS NULL
