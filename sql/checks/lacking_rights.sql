-- What the role $1 lacks a right to among what a refusal ($2) names, and the GRANT that gives it. Refusals come in the
-- server's language; the names in them don't.
WITH said AS (
  SELECT ' ' || translate($2, '"''.,;:»«„“”', '           ') || ' ' AS words
), lacking AS (
  SELECT 1 AS n, c.relname::text AS name, format('GRANT USAGE ON SEQUENCE %I.%I', n.nspname, c.relname) AS statement
  FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
  -- In this order: of a table the right to a sequence is an error.
  WHERE CASE WHEN c.relkind = 'S' THEN NOT has_sequence_privilege($1, c.oid, 'USAGE') ELSE false END
  UNION ALL
  SELECT 2, c.relname::text, format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I.%I', n.nspname, c.relname)
  FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
  WHERE CASE WHEN c.relkind IN ('r', 'p', 'v', 'm', 'f')
             THEN NOT (has_table_privilege($1, c.oid, 'SELECT') AND has_table_privilege($1, c.oid, 'INSERT')
               AND has_table_privilege($1, c.oid, 'UPDATE')) ELSE false END
  UNION ALL
  SELECT 3, p.proname::text, format('GRANT EXECUTE ON FUNCTION %s',
    (SELECT o.identity FROM pg_identify_object('pg_proc'::regclass, p.oid, 0) AS o))
  FROM pg_proc AS p WHERE NOT has_function_privilege($1, p.oid, 'EXECUTE')
  UNION ALL
  SELECT 4, n.nspname::text, format('GRANT USAGE ON SCHEMA %I', n.nspname) FROM pg_namespace AS n
    WHERE NOT has_schema_privilege($1, n.oid, 'USAGE')
)
SELECT l.statement FROM lacking AS l, said AS s WHERE position(' ' || l.name || ' ' IN s.words) > 0 ORDER BY l.n, l.statement LIMIT 1
