SELECT c.symbol, (SELECT min(b.ts_utc) FROM public.data_bars AS b WHERE b.canonical_symbol = c.symbol AND b.timeframe = '1m')
  FROM unnest($1::text[]) AS c(symbol)
