COPY (
  -- What a rollup folds of the range (copy_range.sql), ascending.
  SELECT b.ts_utc, b.open, b.high, b.low, b.close, b.vol, b.vwap, b.trade_count::integer, b.is_partial
  FROM public.data_bars AS b
  WHERE b.canonical_symbol = current_setting('dxy.copy_symbol') AND b.timeframe = current_setting('dxy.copy_timeframe')
    AND b.ts_utc >= current_setting('dxy.copy_from')::timestamptz AND b.ts_utc < current_setting('dxy.copy_to')::timestamptz
  ORDER BY b.ts_utc
) TO STDOUT (FORMAT binary)
