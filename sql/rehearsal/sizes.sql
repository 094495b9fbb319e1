-- Rows and bytes of the tables a migration writes, and of what it keeps beside them.
SELECT 'data_bars', (SELECT count(*) FROM public.data_bars), pg_total_relation_size('public.data_bars')
UNION ALL
SELECT 'derived_data_bars', (SELECT count(*) FROM public.derived_data_bars), pg_total_relation_size('public.derived_data_bars')
UNION ALL
SELECT 'dxy_backup', NULL, coalesce(sum(pg_total_relation_size(c.oid)), 0)::bigint
FROM pg_class AS c WHERE c.relnamespace = to_regnamespace('dxy_backup') AND c.relkind = 'r'
