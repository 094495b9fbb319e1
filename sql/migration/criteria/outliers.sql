-- $1 the symbol, $2 and $3 from and to: the extremes, and the greatest return from one minute to the next.
SELECT min(w.low)::double precision, max(w.high)::double precision, max(abs(w.close / nullif(w.before, 0) - 1)) FILTER (WHERE w.apart = interval '1 minute')::double precision, count(*)
FROM (SELECT n.low, n.high, n.close, lag(n.close) OVER (ORDER BY n.ts_utc) AS before, n.ts_utc - lag(n.ts_utc) OVER (ORDER BY n.ts_utc) AS apart
      FROM public.data_bars AS n
      WHERE n.canonical_symbol = $1 AND n.timeframe = '1m' AND n.ts_utc >= $2 AND n.ts_utc < $3) AS w
