COPY (
  -- A rollup's stored bars of the range (copy_range.sql), in no order: values and provenance. Of several versions of one bar each.
  SELECT b.ts_utc, b.open, b.high, b.low, b.close, b.vol, b.vwap, CASE WHEN b.trade_count BETWEEN 0
    AND 2147483647 THEN b.trade_count::integer END, coalesce(b.is_partial, true), coalesce(b.raw::text, '')
  FROM public.derived_data_bars AS b
  WHERE b.deleted_at IS NULL AND b.canonical_symbol = current_setting('dxy.copy_symbol')
    AND b.timeframe = current_setting('dxy.copy_timeframe')
    AND b.ts_utc >= current_setting('dxy.copy_from')::timestamptz AND b.ts_utc < current_setting('dxy.copy_to')::timestamptz
) TO STDOUT (FORMAT binary)
