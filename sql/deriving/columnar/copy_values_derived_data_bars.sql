COPY (
  -- copy_values_data_bars.sql for the other table: of several versions of one bar the winner, as in read_derived_data_bars.sql.
  SELECT DISTINCT ON (b.ts_utc) b.ts_utc, b.open, b.high, b.low, b.close, b.vol, b.vwap, CASE WHEN b.trade_count BETWEEN 0
    AND 2147483647 THEN b.trade_count::integer END, coalesce(b.is_partial, true)
  FROM public.derived_data_bars AS b
  WHERE b.deleted_at IS NULL AND b.canonical_symbol = current_setting('dxy.copy_symbol')
    AND b.timeframe = current_setting('dxy.copy_timeframe')
    AND b.ts_utc >= current_setting('dxy.copy_from')::timestamptz AND b.ts_utc < current_setting('dxy.copy_to')::timestamptz
  ORDER BY b.ts_utc, b.derivation_version DESC NULLS LAST, b.updated_at DESC NULLS LAST, b.ctid DESC
) TO STDOUT (FORMAT binary)
