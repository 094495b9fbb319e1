-- The newest minute before $2, within a week, in which every one of the symbols $1 has a final bar, and their closes in that order.
SELECT b.ts_utc, array_agg(b.close::double precision ORDER BY array_position($1, b.canonical_symbol))
FROM public.data_bars AS b
WHERE b.canonical_symbol = ANY ($1) AND b.timeframe = '1m' AND b.ts_utc < $2 AND b.ts_utc >= $2 - interval '168 hours'
  AND NOT b.is_partial AND dxy.is_price(b.close)
GROUP BY b.ts_utc
HAVING count(*) = cardinality($1) AND count(DISTINCT b.canonical_symbol) = cardinality($1)
ORDER BY 1 DESC LIMIT 1
