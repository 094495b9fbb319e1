-- The newest final bar of a series that has ended: a row from the future (another program's wrong clock) is not what the series has come to.
SELECT b.ts_utc, b.open, b.high, b.low, b.close, b.vol, b.vwap, b.trade_count, b.is_partial, b.source, b.raw::text, b.created_at, b.updated_at
FROM public.data_bars AS b
WHERE b.canonical_symbol = $1 AND b.timeframe = $2 AND NOT b.is_partial
  AND b.ts_utc <= (SELECT dxy.now() - dxy.length_of($2))
ORDER BY b.ts_utc DESC LIMIT 1
