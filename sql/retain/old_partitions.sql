-- The partitions of the table $1 whose every row opens before $2, the oldest first: name, from, to, bounds, the planner's count
-- of rows (null: never counted), bytes. What takes the rows of no month of its own (data_bars_before, a default partition) has
-- no end of that kind, or stays for new ones.
SELECT c.oid::regclass::text, x.lower, x.upper, b.bounds, nullif(greatest(c.reltuples, -1), -1)::bigint,
  pg_total_relation_size(c.oid)
FROM pg_inherits AS i
JOIN pg_class AS c ON c.oid = i.inhrelid
CROSS JOIN LATERAL (SELECT pg_get_expr(c.relpartbound, c.oid) AS bounds) AS b
CROSS JOIN LATERAL (SELECT substring(b.bounds FROM 'FROM \(''([^'']+)''\)')::timestamptz AS lower,
                           substring(b.bounds FROM 'TO \(''([^'']+)''\)')::timestamptz AS upper) AS x
WHERE i.inhparent = to_regclass($1) AND NOT i.inhdetachpending AND x.upper <= $2
  AND c.oid IS DISTINCT FROM to_regclass('public.data_bars_before')
ORDER BY x.upper
