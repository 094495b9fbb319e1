-- Between which prices a component was in each minute, by its final bars.
SELECT b.ts_utc, b.low::double precision, b.high::double precision, b.close::double precision
FROM public.data_bars AS b
WHERE b.canonical_symbol = $1 AND b.timeframe = '1m' AND b.ts_utc >= $2 AND b.ts_utc < $3 AND NOT b.is_partial
  AND dxy.bar_fault(b.open, b.high, b.low, b.close) IS NULL AND b.ts_utc = dxy.bucket('1m', b.ts_utc)
ORDER BY b.ts_utc
