-- The table's CHECK constraints and those that partitions have for themselves. by_source: that they look at the column source
-- is seen by the column, not by a name.
WITH RECURSIVE tree AS (
  SELECT to_regclass('public.' || quote_ident($1))::oid AS oid
  UNION ALL
  SELECT i.inhrelid FROM tree AS t JOIN pg_inherits AS i ON i.inhparent = t.oid
)
SELECT k.oid::bigint, format('%I.%I', n.nspname, c.relname), k.conname::text, pg_get_constraintdef(k.oid),
  pg_get_expr(k.conbin, k.conrelid), k.convalidated,
       k.connoinherit, coalesce(s.attnum = ANY (k.conkey), false), c.oid::bigint
FROM tree AS t JOIN pg_constraint AS k ON k.conrelid = t.oid JOIN pg_class AS c ON c.oid = t.oid JOIN pg_namespace AS n
  ON n.oid = c.relnamespace
LEFT JOIN pg_attribute AS s ON s.attrelid = t.oid AND s.attname = 'source'
WHERE k.contype = 'c' AND k.coninhcount = 0
ORDER BY 2, 3
