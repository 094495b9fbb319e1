SELECT EXISTS (SELECT FROM public.derived_data_bars AS b WHERE b.canonical_symbol = $1 AND b.timeframe = $2 AND b.deleted_at IS NULL)
