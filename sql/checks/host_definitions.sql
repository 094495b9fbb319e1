-- The definitions of the shop's tables, a line a fact, our triggers left out: equal before we came and after we left.
SELECT format('%s.%s column %s %s %s default %s', n.nspname, c.relname, a.attname, format_type(a.atttypid, a.atttypmod),
              CASE WHEN a.attnotnull THEN 'not null' ELSE 'null' END, coalesce(pg_get_expr(d.adbin, d.adrelid), 'none')) AS fact
FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
LEFT JOIN pg_attrdef AS d ON d.adrelid = c.oid AND d.adnum = a.attnum
WHERE n.nspname = 'public' AND c.relname IN ('data_bars', 'derived_data_bars', 'core_asset_registry_all')
UNION ALL
SELECT format('%s constraint %s %s', k.conrelid::regclass, k.conname, pg_get_constraintdef(k.oid))
FROM pg_constraint AS k
WHERE k.conrelid IN (to_regclass('public.data_bars'), to_regclass('public.derived_data_bars'),
  to_regclass('public.core_asset_registry_all'))
UNION ALL
SELECT format('index %s', pg_get_indexdef(i.indexrelid))
FROM pg_index AS i
WHERE i.indrelid IN (to_regclass('public.data_bars'), to_regclass('public.derived_data_bars'),
  to_regclass('public.core_asset_registry_all'))
UNION ALL
SELECT format('%s trigger %s', t.tgrelid::regclass, pg_get_triggerdef(t.oid))
FROM pg_trigger AS t JOIN pg_proc AS p ON p.oid = t.tgfoid JOIN pg_namespace AS f ON f.oid = p.pronamespace
WHERE NOT t.tgisinternal AND f.nspname <> 'dxy'
  AND t.tgrelid IN (to_regclass('public.data_bars'), to_regclass('public.derived_data_bars'), to_regclass('public.core_asset_registry_all'))
ORDER BY 1
