COPY (
  -- copy_flat_data_bars.sql for the other table: of several versions of one bar the winner, as in read_derived_data_bars.sql.
  SELECT DISTINCT ON (b.ts_utc) b.ts_utc, b.close, coalesce(b.raw::text, ''),
         coalesce(b.open = b.close AND b.high = b.close AND b.low = b.close AND b.vol = 0 AND b.vwap IS NULL AND b.trade_count = 0
           AND NOT b.is_partial, false)
  FROM public.derived_data_bars AS b
  WHERE b.deleted_at IS NULL AND b.canonical_symbol = current_setting('dxy.copy_symbol')
    AND b.timeframe = current_setting('dxy.copy_timeframe')
    AND b.ts_utc >= current_setting('dxy.copy_from')::timestamptz AND b.ts_utc < current_setting('dxy.copy_to')::timestamptz
  ORDER BY b.ts_utc, b.derivation_version DESC NULLS LAST, b.updated_at DESC NULLS LAST, b.ctid DESC
) TO STDOUT (FORMAT binary)
