-- Buckets that stood there before and were recomputed around the switch get their old values back; those that are new stay:
-- they arrived meanwhile.
UPDATE public.derived_data_bars AS d
SET open = o.open, high = o.high, low = o.low, close = o.close, vol = o.vol, vwap = o.vwap, trade_count = o.trade_count,
  is_partial = o.is_partial, updated_at = dxy.now()
FROM jsonb_to_recordset($2::jsonb) AS o(timeframe text, ts_utc timestamptz, open numeric, high numeric, low numeric, close numeric,
  vol numeric, vwap numeric,
                                        trade_count integer, is_partial boolean, version integer)
WHERE d.canonical_symbol = $1 AND d.timeframe = o.timeframe AND d.ts_utc = o.ts_utc AND d.derivation_version = o.version
  AND d.deleted_at IS NULL
  AND (d.open, d.high, d.low, d.close, d.vol, d.vwap, d.trade_count, d.is_partial)
      IS DISTINCT FROM (o.open, o.high, o.low, o.close, o.vol, o.vwap, o.trade_count, o.is_partial)
