-- What a rollup folds: read_data_bars.sql without what it doesn't need.
SELECT b.ts_utc, b.open, b.high, b.low, b.close, b.vol, b.vwap, b.trade_count, b.is_partial
FROM public.data_bars AS b
WHERE b.canonical_symbol = $1 AND b.timeframe = $2 AND b.ts_utc >= $3 AND b.ts_utc < $4
ORDER BY b.ts_utc
