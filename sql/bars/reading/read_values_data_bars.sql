-- What a rollup folds: read_data_bars.sql without what it doesn't need.
SELECT b.ts_utc, numeric_send(b.open), numeric_send(b.high), numeric_send(b.low), numeric_send(b.close), numeric_send(b.vol),
  numeric_send(b.vwap),
       CASE WHEN b.trade_count BETWEEN 0 AND 2147483647 THEN b.trade_count::integer END, coalesce(b.is_partial, true)
FROM public.data_bars AS b
WHERE b.canonical_symbol = $1 AND b.timeframe = $2 AND b.ts_utc >= $3 AND b.ts_utc < $4
ORDER BY b.ts_utc
