-- Which component's newest final bar is the oldest: what a minute waits for.
SELECT format('the newest final minute of %s is of %s', c.symbol,
  coalesce(to_char(n.ts AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI"Z"'), 'no time at all'))
FROM unnest($1::text[]) AS c(symbol),
     LATERAL (SELECT max(b.ts_utc) AS ts FROM public.data_bars AS b
              WHERE b.canonical_symbol = c.symbol AND b.timeframe = '1m' AND NOT b.is_partial AND b.ts_utc <= dxy.now()) AS n
ORDER BY n.ts NULLS FIRST LIMIT 1
