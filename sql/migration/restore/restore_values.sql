-- Rows of [$2, $3) that were there before and that the run ($4) or our deriving changed since get back everything they were.
-- {0}: the new table as it was. The backup may lack the columns that the run added.
UPDATE public.data_bars AS t
SET open = b.open, high = b.high, low = b.low, close = b.close, vol = b.vol, vwap = b.vwap, trade_count = b.trade_count,
  is_partial = b.is_partial,
    source = b.source, ingested_at = b.ingested_at, raw = coalesce(to_jsonb(b)->'raw', '{}'),
    created_at = coalesce((to_jsonb(b)->>'created_at')::timestamptz, t.created_at),
      updated_at = coalesce((to_jsonb(b)->>'updated_at')::timestamptz, t.updated_at)
FROM {0} AS b
WHERE t.canonical_symbol = $1 AND t.timeframe = '1m' AND t.ts_utc >= $2 AND t.ts_utc < $3
  AND (t.raw->>'migration' = $4 OR (t.source = 'synthetic' AND (t.raw->>'kind' = lower($1) OR jsonb_typeof(t.raw->'inputs') = 'object')))
  AND b.canonical_symbol = t.canonical_symbol AND b.timeframe = t.timeframe AND b.ts_utc = t.ts_utc
  AND (t.open, t.high, t.low, t.close, t.vol, t.vwap, t.trade_count, t.is_partial, t.source)
      IS DISTINCT FROM (b.open, b.high, b.low, b.close, b.vol, b.vwap, b.trade_count, b.is_partial, b.source)
