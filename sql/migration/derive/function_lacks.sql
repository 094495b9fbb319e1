-- What the function's callers ($1) may not do on the shop's tables: the function does nothing for them that they may not do themselves.
-- As the statements that would give it, which are the shop's to decide.
SELECT format('GRANT %s TO %I', w.what, r.rolname)
FROM pg_roles AS r,
LATERAL (VALUES
  ('SELECT, INSERT, UPDATE, DELETE ON public.data_bars',
   has_table_privilege(r.oid, 'public.data_bars', 'SELECT') AND has_table_privilege(r.oid, 'public.data_bars', 'INSERT')
   AND has_table_privilege(r.oid, 'public.data_bars', 'UPDATE') AND has_table_privilege(r.oid, 'public.data_bars', 'DELETE')),
  ('SELECT, INSERT, UPDATE ON public.derived_data_bars',
   has_table_privilege(r.oid, 'public.derived_data_bars', 'SELECT') AND has_table_privilege(r.oid, 'public.derived_data_bars', 'INSERT')
   AND has_table_privilege(r.oid, 'public.derived_data_bars', 'UPDATE')),
  ('SELECT ON public.core_asset_registry_all', has_table_privilege(r.oid, 'public.core_asset_registry_all', 'SELECT'))
) AS w(what, has)
WHERE r.rolname = ANY ($1) AND NOT w.has
ORDER BY 1
