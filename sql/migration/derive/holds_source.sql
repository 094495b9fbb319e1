SELECT EXISTS (SELECT FROM public.derived_data_bars AS d WHERE d.canonical_symbol = $1 AND d.timeframe = '1m' AND d.deleted_at IS NULL)
