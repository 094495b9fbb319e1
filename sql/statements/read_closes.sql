-- Final closes of one component, ascending.
SELECT b.ts_utc, b.close::double precision
FROM public.data_bars AS b
WHERE b.canonical_symbol = $1 AND b.timeframe = '1m' AND b.ts_utc >= $2 AND b.ts_utc < $3 AND NOT b.is_partial
ORDER BY b.ts_utc
