UPDATE public.derived_data_bars AS b SET deleted_at = dxy.now(), updated_at = dxy.now()
WHERE b.canonical_symbol = $1 AND b.timeframe = $2 AND b.ts_utc >= $3 AND b.ts_utc < $4 AND b.ts_utc <> ALL ($5) AND b.deleted_at IS NULL
