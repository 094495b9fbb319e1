-- A pair's final 1m bars around a minute: its close in the minute, the newest before it, the first after it.
SELECT (SELECT b.close FROM public.data_bars AS b WHERE b.canonical_symbol = $1 AND b.timeframe = '1m' AND b.ts_utc = $2 AND NOT b.is_partial),
       (SELECT b.is_partial FROM public.data_bars AS b WHERE b.canonical_symbol = $1 AND b.timeframe = '1m' AND b.ts_utc = $2),
       (SELECT max(b.ts_utc) FROM public.data_bars AS b WHERE b.canonical_symbol = $1 AND b.timeframe = '1m' AND b.ts_utc < $2 AND NOT b.is_partial),
       (SELECT min(b.ts_utc) FROM public.data_bars AS b WHERE b.canonical_symbol = $1 AND b.timeframe = '1m' AND b.ts_utc > $2 AND NOT b.is_partial)
