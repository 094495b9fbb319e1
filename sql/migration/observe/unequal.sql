-- Minutes of the symbol $1 from $2 on that don't stand equal in both tables, of one snapshot; what somebody decided to keep in
-- the run $3 is explained.
WITH old_bar AS (
  SELECT DISTINCT ON (b.ts_utc) b.ts_utc, b.open, b.high, b.low, b.close, b.vol, b.vwap, b.trade_count, b.is_partial
  FROM public.derived_data_bars AS b
  WHERE b.canonical_symbol = $1 AND b.timeframe = '1m' AND b.ts_utc >= $2 AND b.deleted_at IS NULL
  ORDER BY b.ts_utc, b.derivation_version DESC, b.updated_at DESC NULLS LAST, b.ctid DESC
), new_bar AS (
  SELECT b.ts_utc, b.open, b.high, b.low, b.close, b.vol, b.vwap, b.trade_count, b.is_partial
  FROM public.data_bars AS b
  WHERE b.canonical_symbol = $1 AND b.timeframe = '1m' AND b.ts_utc >= $2
)
SELECT coalesce(o.ts_utc, n.ts_utc),
       CASE WHEN n.ts_utc IS NULL THEN 'stands in the old table alone' WHEN o.ts_utc IS NULL THEN 'stands in the new table alone'
         ELSE 'differs in the two tables' END
FROM old_bar AS o
FULL JOIN new_bar AS n ON n.ts_utc = o.ts_utc
WHERE (o.ts_utc, o.open, o.high, o.low, o.close, o.vol, o.vwap, o.trade_count, o.is_partial)
      IS DISTINCT FROM (n.ts_utc, n.open, n.high, n.low, n.close, n.vol, n.vwap, n.trade_count, n.is_partial)
  AND NOT EXISTS (SELECT FROM dxy.run_conflict AS c WHERE c.run = $3 AND c.ts_utc = coalesce(o.ts_utc, n.ts_utc)
    AND c.resolution = 'keep_target')
ORDER BY 1
LIMIT 100
