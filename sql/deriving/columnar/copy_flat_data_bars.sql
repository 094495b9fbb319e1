COPY (
  -- An index's stored bars of the range (copy_range.sql), in no order: time, close, provenance, and whether it looks like ours
  -- (one price, nothing else).
  SELECT b.ts_utc, b.close, coalesce(b.raw::text, ''),
         coalesce(b.open = b.close AND b.high = b.close AND b.low = b.close AND b.vol = 0 AND b.vwap IS NULL AND b.trade_count = 0
           AND NOT b.is_partial, false)
  FROM public.data_bars AS b
  WHERE b.canonical_symbol = current_setting('dxy.copy_symbol') AND b.timeframe = current_setting('dxy.copy_timeframe')
    AND b.ts_utc >= current_setting('dxy.copy_from')::timestamptz AND b.ts_utc < current_setting('dxy.copy_to')::timestamptz
) TO STDOUT (FORMAT binary)
