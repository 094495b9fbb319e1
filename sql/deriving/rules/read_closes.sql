-- Final closes of one component, ascending, as the server sends a numeric; rows of other programs that are off the minutes'
-- grid are no bars.
SELECT b.ts_utc, numeric_send(b.close)
FROM public.data_bars AS b
WHERE b.canonical_symbol = $1 AND b.timeframe = '1m' AND b.ts_utc >= $2 AND b.ts_utc < $3 AND NOT b.is_partial
  AND b.ts_utc = dxy.bucket('1m', b.ts_utc)
ORDER BY b.ts_utc
