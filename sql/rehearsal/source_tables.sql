-- The shop's other tables that are small enough to be copied whole (64 MB), for its functions and foreign keys; and whether they are.
WITH RECURSIVE bars AS (
  SELECT to_regclass(t.name)::oid AS oid FROM (VALUES ('public.data_bars'), ('public.derived_data_bars'),
    ('public.core_asset_registry_all')) AS t(name)
  UNION ALL
  SELECT i.inhrelid FROM bars AS b JOIN pg_inherits AS i ON i.inhparent = b.oid
)
SELECT format('%I.%I', n.nspname, c.relname), pg_total_relation_size(c.oid) <= 64 * 1024 * 1024
FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE c.relkind = 'r' AND n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'dxy', 'dxy_orleans', 'dxy_backup')
  AND has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'SELECT')
    AND c.oid NOT IN (SELECT b.oid FROM bars AS b WHERE b.oid IS NOT NULL)
  AND NOT EXISTS (SELECT FROM pg_depend AS d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
ORDER BY 1
