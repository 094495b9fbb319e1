-- Logins that may write both tables, the likeliest writer first: one that was given it, not an owner, not ours.
SELECT r.rolname::text
FROM pg_roles AS r
WHERE r.rolcanlogin AND NOT r.rolsuper AND has_table_privilege(r.oid, 'public.derived_data_bars', 'INSERT')
  AND r.rolname NOT IN ('dxy_capture', 'dxy_silo', 'dxy_reader', 'dxy_console', 'dxy_approver', 'dxy_migrator', 'dxy_mirror', current_user)
ORDER BY pg_has_role(r.oid, (SELECT c.relowner FROM pg_class AS c WHERE c.oid = 'public.derived_data_bars'::regclass), 'USAGE'),
         NOT has_table_privilege(r.oid, 'public.data_bars', 'INSERT'), r.rolname
