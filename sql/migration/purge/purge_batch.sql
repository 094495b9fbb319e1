-- The rows of [$2, $3) that bear the mark $4 go for good.
DELETE FROM public.derived_data_bars AS s
WHERE s.canonical_symbol = $1 AND s.timeframe = '1m' AND s.ts_utc >= $2 AND s.ts_utc < $3 AND s.deleted_at = $4
