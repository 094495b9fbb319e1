SELECT max(d.ts_utc) FROM public.derived_data_bars AS d
WHERE d.canonical_symbol = $1 AND d.timeframe = $2 AND d.deleted_at IS NULL AND d.ts_utc <= dxy.now()
