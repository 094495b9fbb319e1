SELECT b.open, b.high, b.low, b.close FROM public.derived_data_bars AS b WHERE b.canonical_symbol = $1 AND b.timeframe = $2 AND b.ts_utc = $3
