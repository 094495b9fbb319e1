-- What a rollup folds: read_derived_data_bars.sql, the winners of several versions too, without what it doesn't need.
SELECT DISTINCT ON (b.ts_utc) b.ts_utc, b.open, b.high, b.low, b.close, b.vol, b.vwap, b.trade_count, b.is_partial
FROM public.derived_data_bars AS b
WHERE b.deleted_at IS NULL AND b.canonical_symbol = $1 AND b.timeframe = $2 AND b.ts_utc >= $3 AND b.ts_utc < $4
ORDER BY b.ts_utc, b.derivation_version DESC NULLS LAST, b.updated_at DESC NULLS LAST, b.ctid DESC
