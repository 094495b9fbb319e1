SELECT jsonb_agg(jsonb_build_object('timeframe', d.timeframe, 'ts_utc', d.ts_utc, 'open', d.open, 'high', d.high, 'low', d.low, 'close',
  d.close, 'vol', d.vol,
                                    'vwap', d.vwap, 'trade_count', d.trade_count, 'is_partial', d.is_partial, 'version',
                                      d.derivation_version))::text
FROM public.derived_data_bars AS d
WHERE d.canonical_symbol = $1 AND d.timeframe = ANY ($2::text[]) AND d.deleted_at IS NULL AND d.ts_utc >= $3
