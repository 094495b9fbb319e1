-- The next portion of the old table's active rows from $2 on, before $3, at most $4 rows and whatever more shares the last one's minute:
-- how many rows, of how many minutes, the last minute, and whether a conflict among them is to be settled in favour of the old table.
-- $5 names the run.
WITH portion AS MATERIALIZED (
  SELECT s.ts_utc FROM public.derived_data_bars AS s
  WHERE s.canonical_symbol = $1 AND s.timeframe = '1m' AND s.deleted_at IS NULL AND s.ts_utc >= $2 AND s.ts_utc < $3
  ORDER BY s.ts_utc FETCH FIRST $4 ROWS WITH TIES
)
SELECT count(*), count(DISTINCT p.ts_utc), max(p.ts_utc),
       EXISTS (SELECT FROM dxy.run_conflict AS c
               WHERE c.run = $5 AND c.resolution = 'take_source' AND c.ts_utc >= $2 AND c.ts_utc <= (SELECT max(l.ts_utc) FROM portion AS l))
FROM portion AS p
