-- What copying would find: minutes with an active row, and those of them that the new table lacks.
SELECT count(DISTINCT s.ts_utc), count(DISTINCT s.ts_utc) FILTER (WHERE t.canonical_symbol IS NULL)
FROM public.derived_data_bars AS s
LEFT JOIN public.data_bars AS t ON t.canonical_symbol = s.canonical_symbol AND t.timeframe = s.timeframe AND t.ts_utc = s.ts_utc
WHERE s.canonical_symbol = $1 AND s.timeframe = '1m' AND s.deleted_at IS NULL
