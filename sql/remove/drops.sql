-- The statements that drop what is ours by name ($1 tables and views, $2 functions, $3 schemas) and is there, in their order.
-- None says CASCADE: where something else depends on one of them, the server refuses and names it.
WITH relation AS (
  SELECT c.oid, c.relkind, format('%I.%I', n.nspname, c.relname) AS name
  FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
  WHERE n.nspname = ANY ($3) AND n.nspname || '.' || c.relname = ANY ($1) AND c.relkind IN ('r', 'v')
)
SELECT s.statement
FROM (
  SELECT 1 AS n, format('DROP TRIGGER %I ON %s', t.tgname, r.name) AS statement
  FROM relation AS r JOIN pg_trigger AS t ON t.tgrelid = r.oid WHERE NOT t.tgisinternal
  UNION ALL
  SELECT 2, 'DROP VIEW ' || string_agg(r.name, ', ' ORDER BY r.name) FROM relation AS r WHERE r.relkind = 'v'
  UNION ALL
  SELECT 3, 'DROP FUNCTION ' || string_agg(p.oid::regprocedure::text, ', ' ORDER BY p.oid::regprocedure::text)
  FROM pg_proc AS p JOIN pg_namespace AS n ON n.oid = p.pronamespace WHERE n.nspname = ANY ($3) AND n.nspname || '.' || p.proname = ANY ($2)
  UNION ALL
  SELECT 4, 'DROP TABLE ' || string_agg(r.name, ', ' ORDER BY r.name) FROM relation AS r WHERE r.relkind = 'r'
  UNION ALL
  SELECT 5, 'DROP SCHEMA ' || string_agg(quote_ident(n.nspname), ', ' ORDER BY n.nspname) FROM pg_namespace AS n WHERE n.nspname = ANY ($3)
) AS s
WHERE s.statement IS NOT NULL
ORDER BY s.n, s.statement
