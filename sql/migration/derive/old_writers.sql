-- Roles of other programs that wrote the symbol's ($1) minutes to the old table while they were watched and that may write it
-- by themselves; and whether we may take their place. Who writes through a function of somebody else's isn't among them.
SELECT r.rolname::text, pg_has_role(current_user, r.oid, CASE WHEN current_setting('server_version_num')::integer >= 160000 THEN 'SET'
  ELSE 'MEMBER' END)
FROM pg_roles AS r
WHERE r.rolname IN (SELECT t.role FROM dxy.touch AS t WHERE t.symbol = $1 AND t.table_name = 'derived_data_bars' AND NOT t.own)
  AND has_table_privilege(r.oid, 'public.derived_data_bars', 'INSERT')
ORDER BY 1
