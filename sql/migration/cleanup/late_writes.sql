-- Statements of other programs that wrote the old table's bars since its writes ended ($2) and since the last order to try
-- again of the run ($3): how many, by whom, the newest; and how many minutes came to the new table since any such statement,
-- or since its writes ended.
WITH late AS MATERIALIZED (
  SELECT t.at, format('%s (%s)', t.role, coalesce(nullif(t.application, ''), 'no name')) AS who
  FROM dxy.touch AS t
  WHERE t.symbol = $1 AND t.table_name = 'derived_data_bars' AND NOT t.own AND t.operation IN ('insert', 'update') AND t.at >= $2
), unforgiven AS (
  SELECT l.* FROM late AS l WHERE l.at >= coalesce((SELECT max(e.at) FROM dxy.run_event AS e WHERE e.run = $3 AND e.kind = 'retried'),
    '-infinity')
)
SELECT count(*), string_agg(DISTINCT u.who, ', '), max(u.at),
       (SELECT count(*) FROM public.data_bars AS b
        WHERE b.canonical_symbol = $1 AND b.timeframe = '1m' AND b.ts_utc <= dxy.now()
          AND b.ts_utc >= date_trunc('minute', coalesce((SELECT max(l.at) FROM late AS l), $2::timestamptz)))
FROM unforgiven AS u
