-- Who owns what a migration changes: whoever carries it out is made a member of them.
WITH RECURSIVE tree AS (
  SELECT to_regclass(t.name)::oid AS oid FROM (VALUES ('public.data_bars'), ('public.derived_data_bars'),
    ('public.core_asset_registry_all')) AS t(name)
  UNION ALL
  SELECT i.inhrelid FROM tree AS b JOIN pg_inherits AS i ON i.inhparent = b.oid
)
SELECT DISTINCT pg_get_userbyid(o.owner)::text FROM (
  SELECT c.relowner AS owner FROM tree AS t JOIN pg_class AS c ON c.oid = t.oid
  UNION SELECT n.nspowner FROM pg_namespace AS n WHERE n.nspname = 'public'
  UNION SELECT p.proowner FROM pg_proc AS p WHERE p.proname LIKE 'calc\_dxy\_range%') AS o
WHERE pg_get_userbyid(o.owner) <> 'pg_database_owner'
