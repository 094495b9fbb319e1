SELECT EXISTS (
  SELECT FROM public.derived_data_bars AS d
  JOIN public.data_bars AS b ON b.canonical_symbol = d.canonical_symbol AND b.timeframe = d.timeframe AND b.ts_utc = d.ts_utc
  WHERE d.canonical_symbol = $1 AND d.timeframe = '1m' AND d.ts_utc = $2 AND d.deleted_at IS NULL
    AND (b.open, b.high, b.low, b.close, b.vol, b.vwap, b.trade_count, b.is_partial)
        IS NOT DISTINCT FROM (d.open, d.high, d.low, d.close, d.vol, d.vwap, d.trade_count, d.is_partial))
