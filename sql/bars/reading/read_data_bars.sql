-- Numbers as the server sends a numeric: it may hold what no number of .NET's does. A count that no integer holds is unknown.
SELECT b.ts_utc, numeric_send(b.open), numeric_send(b.high), numeric_send(b.low), numeric_send(b.close), numeric_send(b.vol),
  numeric_send(b.vwap),
       CASE WHEN b.trade_count BETWEEN 0 AND 2147483647 THEN b.trade_count::integer END, coalesce(b.is_partial, true),
         coalesce(b.source, ''), coalesce(b.raw::text, '{}'),
       dxy.on_calendar(b.created_at), dxy.on_calendar(b.updated_at)
FROM public.data_bars AS b
WHERE b.canonical_symbol = $1 AND b.timeframe = $2 AND b.ts_utc >= $3 AND b.ts_utc < $4
ORDER BY b.ts_utc
