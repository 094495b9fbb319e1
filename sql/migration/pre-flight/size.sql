-- Bytes of the bars that are to be copied, twice (the copy and the backup), by the table's average row; and what the tables are now.
SELECT (2 * n.rows * greatest(pg_total_relation_size('public.derived_data_bars') / greatest(n.all_rows, 1), 150))::bigint, n.rows,
  pg_total_relation_size('public.derived_data_bars')
FROM (SELECT count(*) FILTER (WHERE b.canonical_symbol = $1 AND b.timeframe = '1m') AS rows, count(*) AS all_rows
  FROM public.derived_data_bars AS b) AS n
