-- Every relation that isn't in a schema of ours ($1), and of the shop's tables of bars, their partitions and the registry also
-- the file that holds their rows and what this transaction has done to their rows (nothing): rows can't go without one of the two telling.
WITH RECURSIVE ours AS (
  SELECT to_regclass('public.' || t.name) AS oid FROM unnest(ARRAY['data_bars', 'derived_data_bars', 'core_asset_registry_all']) AS t(name)
  UNION
  SELECT i.inhrelid::regclass FROM ours AS o JOIN pg_inherits AS i ON i.inhparent = o.oid
)
SELECT format('%s %I.%I', c.relkind, n.nspname, c.relname),
       CASE WHEN o.oid IS NOT NULL THEN format('file %s, written %s', c.relfilenode,
         coalesce(pg_stat_get_xact_tuples_inserted(c.oid) + pg_stat_get_xact_tuples_updated(c.oid) + pg_stat_get_xact_tuples_deleted(c.oid),
           0)) ELSE '' END,
       CASE WHEN o.oid IS NOT NULL AND c.relkind = 'r' THEN format('%I.%I', n.nspname, c.relname) END
FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace LEFT JOIN ours AS o ON o.oid = c.oid
WHERE n.nspname <> ALL ($1) AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast') AND n.nspname NOT LIKE 'pg\_temp%'
  AND n.nspname NOT LIKE 'pg\_toast\_temp%'
ORDER BY 1
