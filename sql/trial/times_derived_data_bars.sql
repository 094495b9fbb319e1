-- Times at which the table has no bar of the series, in the order in which they are to be tried: a host's calendar may forbid
-- weekends, days before its history, a future. Wednesdays and holidays inside the table's history come first, far from where
-- live programs write; then before it; where there is no history, before now; the last resort is a Saturday. On the grid of
-- the timeframe, of the trading day's end from a day on. $1 symbol, $2 timeframe, $3 the timeframe's length.
WITH span AS (
  SELECT (SELECT min(b.ts_utc) FROM public.derived_data_bars AS b WHERE b.canonical_symbol = $1 AND b.timeframe = $2) AS oldest,
         (SELECT max(b.ts_utc) FROM public.derived_data_bars AS b WHERE b.canonical_symbol = $1 AND b.timeframe = $2
           AND b.ts_utc <= now()) AS newest
), history AS (
  SELECT s.oldest, s.newest FROM span AS s WHERE isfinite(s.oldest) AND isfinite(s.newest)
), near AS (
  SELECT f.n AS place, date_trunc('week', h.oldest + (h.newest - h.oldest) * f.n / 6) + interval '60 hours' AS ts
  FROM history AS h, generate_series(1, 5) AS f(n) WHERE h.newest - h.oldest > interval '2 weeks'
  UNION ALL
  SELECT 6, make_timestamptz(y.n, d.month, d.day, 12, 0, 0)
  FROM history AS h, generate_series(extract(year FROM h.oldest)::integer, extract(year FROM h.newest)::integer) AS y(n),
    (VALUES (12, 25), (1, 1)) AS d(month, day)
  WHERE make_timestamptz(y.n, d.month, d.day, 12, 0, 0) BETWEEN h.oldest AND h.newest
    AND extract(isodow FROM make_date(y.n, d.month, d.day)) < 6
  UNION ALL
  SELECT 6 + w.n, date_trunc('week', coalesce((SELECT h.oldest FROM history AS h),
    now())) - w.n * w.n * interval '1 week' + interval '60 hours'
  FROM generate_series(1, 2) AS w(n)
  UNION ALL
  SELECT 9, date_trunc('week', now()) - interval '36 hours'
  UNION ALL
  SELECT 10, date_trunc('week', coalesce((SELECT h.newest FROM history AS h), now())) - interval '36 hours'
), candidate AS (
  SELECT n.place, n.ts + k.n * $3 AS ts FROM near AS n, generate_series(0, 30) AS k(n)
), aligned AS (
  SELECT c.place, CASE WHEN $3 < interval '1 day' THEN to_timestamp(floor(extract(epoch FROM c.ts) / extract(epoch FROM $3)) * extract(epoch
    FROM $3))
                       ELSE (date_trunc('day',
                         c.ts AT TIME ZONE 'America/New_York') + interval '17 hours') AT TIME ZONE 'America/New_York' END AS ts
  FROM candidate AS c
)
SELECT coalesce(array_agg(f.ts ORDER BY f.place), '{}')
FROM (SELECT a.place, min(a.ts) AS ts
      FROM aligned AS a
      WHERE a.ts + $3 <= now() AND NOT EXISTS (SELECT FROM public.derived_data_bars AS b WHERE b.canonical_symbol = $1 AND b.timeframe = $2
        AND b.ts_utc = a.ts)
      GROUP BY a.place) AS f
