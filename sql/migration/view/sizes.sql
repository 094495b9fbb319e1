SELECT n.nspname || '.' || c.relname, pg_total_relation_size(c.oid), greatest(c.reltuples, 0)::bigint
FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE c.relkind = 'r' AND (c.oid IN (to_regclass('public.data_bars'), to_regclass('public.derived_data_bars'))
  OR (n.nspname = 'dxy_backup' AND c.relname LIKE replace($1, '_', '\_') || '\_%'))
ORDER BY 1
