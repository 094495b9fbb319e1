-- The newest final rows of a series that have ended, the newest first; the first that is a bar is wanted: a row from the
-- future (another program's wrong clock) is not what the series has come to.
SELECT b.ts_utc, numeric_send(b.open), numeric_send(b.high), numeric_send(b.low), numeric_send(b.close), numeric_send(b.vol),
  numeric_send(b.vwap),
       CASE WHEN b.trade_count BETWEEN 0 AND 2147483647 THEN b.trade_count::integer END, coalesce(b.is_partial, true),
         coalesce(b.source, ''), coalesce(b.raw::text, '{}'),
       dxy.on_calendar(b.created_at), dxy.on_calendar(b.updated_at)
FROM public.data_bars AS b
WHERE b.canonical_symbol = $1 AND b.timeframe = $2 AND NOT b.is_partial
  AND b.ts_utc >= '0001-01-02 00:00:00+00' AND b.ts_utc <= (SELECT dxy.now() - dxy.length_of($2))
ORDER BY b.ts_utc DESC LIMIT 100
