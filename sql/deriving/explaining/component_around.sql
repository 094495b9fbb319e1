-- A pair's final 1m rows around a minute: its close in the minute as the server sends a numeric (null too where rows of it
-- differ), how many there are, whether the minute has none but partial ones, the newest before it, the first after it.
SELECT (SELECT CASE WHEN min(b.close) = max(b.close) AND count(*) = count(b.close) THEN numeric_send(min(b.close)) END
        FROM public.data_bars AS b WHERE b.canonical_symbol = $1 AND b.timeframe = '1m' AND b.ts_utc = $2 AND NOT b.is_partial),
       (SELECT count(*)::integer FROM public.data_bars AS b WHERE b.canonical_symbol = $1 AND b.timeframe = '1m' AND b.ts_utc = $2
         AND NOT b.is_partial),
       (SELECT bool_and(b.is_partial) FROM public.data_bars AS b WHERE b.canonical_symbol = $1 AND b.timeframe = '1m' AND b.ts_utc = $2),
       (SELECT max(b.ts_utc) FROM public.data_bars AS b
        WHERE b.canonical_symbol = $1 AND b.timeframe = '1m' AND b.ts_utc >= '0001-01-02 00:00:00+00' AND b.ts_utc < $2
          AND NOT b.is_partial),
       (SELECT min(b.ts_utc) FROM public.data_bars AS b
        WHERE b.canonical_symbol = $1 AND b.timeframe = '1m' AND b.ts_utc > $2 AND b.ts_utc < '9999-12-30 00:00:00+00' AND NOT b.is_partial)
