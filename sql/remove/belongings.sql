-- A table ($1) with its partitions, indexes and sequences, named as in relations.sql.
WITH RECURSIVE part AS (
  SELECT to_regclass($1)::oid AS oid
  UNION
  SELECT i.inhrelid FROM part AS p JOIN pg_inherits AS i ON i.inhparent = p.oid
)
SELECT format('%s %I.%I', c.relkind, n.nspname, c.relname)
FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE c.oid IN (SELECT oid FROM part) OR c.oid IN (SELECT i.indexrelid FROM pg_index AS i JOIN part AS p ON p.oid = i.indrelid)
   OR c.oid IN (SELECT d.objid FROM pg_depend AS d JOIN part AS p ON p.oid = d.refobjid
                WHERE d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass AND d.deptype IN ('a', 'i')
                  AND c.relkind = 'S')
