SELECT jsonb_build_object('open', b.open, 'high', b.high, 'low', b.low, 'close', b.close, 'vol', b.vol, 'vwap', b.vwap, 'trade_count',
  b.trade_count,
                          'source', b.source, 'raw', b.raw)
FROM public.data_bars AS b WHERE b.canonical_symbol = $1 AND b.timeframe = $2 AND b.ts_utc = $3
