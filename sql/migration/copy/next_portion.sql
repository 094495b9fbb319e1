-- The next portion of the old table's active rows from $2 on, before $3, at most $4 rows and whatever more shares the last one's minute:
-- how many rows, of how many minutes, the last minute, whether a conflict among them is to be settled in favour of the old
-- table, and whether the new table holds none of these minutes yet. $5 names the run.
-- Grouped in key order: count(DISTINCT) would sort what the index has sorted.
SELECT coalesce(p.rows, 0)::bigint, p.minutes, p.last_ts,
       EXISTS (SELECT FROM dxy.run_conflict AS c WHERE c.run = $5 AND c.resolution = 'take_source' AND c.ts_utc >= $2
         AND c.ts_utc <= p.last_ts),
       NOT EXISTS (SELECT FROM public.data_bars AS t WHERE t.canonical_symbol = $1 AND t.timeframe = '1m' AND t.ts_utc >= $2
         AND t.ts_utc <= p.last_ts)
FROM (
  SELECT sum(m.rows) AS rows, count(*) AS minutes, max(m.ts_utc) AS last_ts
  FROM (
    SELECT o.ts_utc, count(*) AS rows
    FROM (
      SELECT s.ts_utc FROM public.derived_data_bars AS s
      WHERE s.canonical_symbol = $1 AND s.timeframe = '1m' AND s.deleted_at IS NULL AND s.ts_utc >= $2 AND s.ts_utc < $3
      ORDER BY s.ts_utc FETCH FIRST $4 ROWS WITH TIES) AS o
    GROUP BY o.ts_utc) AS m) AS p
