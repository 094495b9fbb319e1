SELECT least((SELECT min(b.ts_utc) FROM public.data_bars AS b WHERE b.canonical_symbol = $1 AND b.timeframe = '1m'),
             (SELECT min(d.ts_utc) FROM public.derived_data_bars AS d WHERE d.canonical_symbol = $1 AND d.timeframe = '1m'
               AND d.deleted_at IS NULL)), dxy.now()
