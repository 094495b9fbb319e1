-- What this role can't see: schemas without USAGE, then tables and views without SELECT. They can't be copied.
SELECT 'N', format('%I', n.nspname) FROM pg_namespace AS n
WHERE n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'dxy', 'dxy_orleans', 'dxy_backup')
  AND NOT has_schema_privilege(n.oid, 'USAGE')
UNION ALL
SELECT 'T', format('%I.%I', n.nspname, c.relname) FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND n.nspname !~ '^pg_'
  AND n.nspname NOT IN ('information_schema', 'dxy', 'dxy_orleans', 'dxy_backup')
  AND has_schema_privilege(n.oid, 'USAGE') AND NOT has_table_privilege(c.oid, 'SELECT')
ORDER BY 1, 2
