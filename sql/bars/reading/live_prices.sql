-- What each symbol of $1 was quoted last, in its forming minute or as the close of its newest bar, and the last close before $2.
-- The server's market time goes with it.
SELECT s.symbol, f.close, f.last_tick, b.close, b.ts_utc + interval '1 minute', r.close, dxy.now()
FROM unnest($1::text[]) AS s(symbol)
LEFT JOIN LATERAL (
  SELECT m.close, m.last_tick FROM dxy.forming_bar AS m WHERE m.symbol = s.symbol AND m.timeframe = '1m' ORDER BY m.ts_utc DESC LIMIT 1
) AS f ON true
LEFT JOIN LATERAL (
  SELECT d.close, d.ts_utc FROM public.data_bars AS d
  WHERE d.canonical_symbol = s.symbol AND d.timeframe = '1m' AND NOT d.is_partial AND dxy.is_price(d.close)
    AND d.ts_utc <= (SELECT dxy.now() - interval '1 minute') ORDER BY d.ts_utc DESC LIMIT 1
) AS b ON true
LEFT JOIN LATERAL (
  SELECT d.close FROM public.data_bars AS d
  WHERE d.canonical_symbol = s.symbol AND d.timeframe = '1m' AND NOT d.is_partial AND dxy.is_price(d.close)
    AND d.ts_utc <= $2::timestamptz - interval '1 minute' ORDER BY d.ts_utc DESC LIMIT 1
) AS r ON true
