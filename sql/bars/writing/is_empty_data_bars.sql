SELECT NOT EXISTS (SELECT FROM public.data_bars AS b
                   WHERE b.canonical_symbol = $1 AND b.timeframe = $2 AND b.ts_utc >= $3 AND b.ts_utc < $4)
