COPY (
  -- What a rollup folds of the range (copy_range.sql), ascending.
  SELECT b.ts_utc, b.open, b.high, b.low, b.close, b.vol, b.vwap, CASE WHEN b.trade_count BETWEEN 0
    AND 2147483647 THEN b.trade_count::integer END, coalesce(b.is_partial, true)
  FROM public.data_bars AS b
  WHERE b.canonical_symbol = current_setting('dxy.copy_symbol') AND b.timeframe = current_setting('dxy.copy_timeframe')
    AND b.ts_utc >= current_setting('dxy.copy_from')::timestamptz AND b.ts_utc < current_setting('dxy.copy_to')::timestamptz
  ORDER BY b.ts_utc
) TO STDOUT (FORMAT binary)
