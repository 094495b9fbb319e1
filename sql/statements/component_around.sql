-- A pair's final 1m bars around a minute: its close in the minute (null too where rows of it differ), whether the minute has none but partial ones, the newest before it,
-- the first after it.
SELECT (SELECT CASE WHEN min(b.close) = max(b.close) THEN min(b.close) END
        FROM public.data_bars AS b WHERE b.canonical_symbol = $1 AND b.timeframe = '1m' AND b.ts_utc = $2 AND NOT b.is_partial),
       (SELECT bool_and(b.is_partial) FROM public.data_bars AS b WHERE b.canonical_symbol = $1 AND b.timeframe = '1m' AND b.ts_utc = $2),
       (SELECT max(b.ts_utc) FROM public.data_bars AS b WHERE b.canonical_symbol = $1 AND b.timeframe = '1m' AND b.ts_utc < $2 AND NOT b.is_partial),
       (SELECT min(b.ts_utc) FROM public.data_bars AS b WHERE b.canonical_symbol = $1 AND b.timeframe = '1m' AND b.ts_utc > $2 AND NOT b.is_partial)
