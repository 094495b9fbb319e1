SELECT count(*) FROM public.derived_data_bars AS s WHERE s.canonical_symbol = $1 AND s.timeframe = '1m' AND s.deleted_at IS NULL
