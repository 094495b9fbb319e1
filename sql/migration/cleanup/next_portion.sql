-- The next portion of the old table's active rows from $2 on, at most $3 rows and whatever more shares the last one's minute:
-- how many rows, of how many minutes, the last minute, and a mark later than the last one, $4.
WITH portion AS MATERIALIZED (
  SELECT s.ts_utc FROM public.derived_data_bars AS s
  WHERE s.canonical_symbol = $1 AND s.timeframe = '1m' AND s.deleted_at IS NULL AND s.ts_utc >= $2
  ORDER BY s.ts_utc FETCH FIRST $3 ROWS WITH TIES
)
SELECT count(*), count(DISTINCT p.ts_utc), max(p.ts_utc), greatest(dxy.now(), $4::timestamptz + interval '1 microsecond')
FROM portion AS p
