-- The same row corrected.
UPDATE public.derived_data_bars AS d SET open = $4, high = $4, low = $4, close = $4, updated_at = now()
WHERE d.canonical_symbol = $1 AND d.timeframe = $2 AND d.ts_utc = $3
