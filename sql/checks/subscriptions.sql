-- The subscriptions of this database that write tables of bars or their partitions, or tables of ours. Everybody may read this
-- much of them.
WITH RECURSIVE bars AS (
  SELECT to_regclass('public.' || t.name)::oid AS oid
    FROM unnest(ARRAY['data_bars', 'derived_data_bars', 'core_asset_registry_all']) AS t(name)
  UNION
  SELECT i.inhrelid FROM bars AS b JOIN pg_inherits AS i ON i.inhparent = b.oid
)
SELECT s.subname::text, s.subenabled,
       coalesce(array_agg(format('%s.%s', n.nspname, c.relname) ORDER BY n.nspname,
         c.relname) FILTER (WHERE c.oid IN (SELECT oid FROM bars)), '{}') AS bars,
       coalesce(array_agg(format('%s.%s', n.nspname, c.relname) ORDER BY n.nspname,
         c.relname) FILTER (WHERE n.nspname IN ('dxy', 'dxy_orleans', 'dxy_backup')), '{}') AS ours
FROM pg_subscription AS s JOIN pg_subscription_rel AS r ON r.srsubid = s.oid
JOIN pg_class AS c ON c.oid = r.srrelid JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE s.subdbid = (SELECT d.oid FROM pg_database AS d WHERE d.datname = current_database())
  AND (c.oid IN (SELECT oid FROM bars) OR n.nspname IN ('dxy', 'dxy_orleans', 'dxy_backup'))
GROUP BY s.subname, s.subenabled
ORDER BY 1
