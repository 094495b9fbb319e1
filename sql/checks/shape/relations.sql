-- The table and every partition below it, top down; nothing when public has no such table.
WITH RECURSIVE tree AS (
  SELECT to_regclass('public.' || quote_ident($1))::oid AS oid, 0 AS level
  UNION ALL
  SELECT i.inhrelid, t.level + 1 FROM tree AS t JOIN pg_inherits AS i ON i.inhparent = t.oid
)
SELECT c.oid::bigint, format('%I.%I', n.nspname, c.relname), c.relkind::text, t.level
FROM tree AS t JOIN pg_class AS c ON c.oid = t.oid JOIN pg_namespace AS n ON n.oid = c.relnamespace
ORDER BY t.level, c.oid
