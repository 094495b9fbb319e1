-- What is set for roles, here or everywhere, and for this database ({0}, the copy's name takes its place). The language of
-- messages is left out: they are read.
SELECT format('ALTER %s SET %I = %s',
         CASE WHEN s.setrole = 0 THEN 'DATABASE {0}' WHEN s.setdatabase = 0 THEN format('ROLE %I', r.rolname)
              ELSE format('ROLE %I IN DATABASE {0}', r.rolname) END,
         split_part(c.setting, '=', 1),
         CASE WHEN split_part(c.setting, '=', 1) = 'search_path' THEN substr(c.setting, strpos(c.setting, '=') + 1)
              ELSE quote_literal(substr(c.setting, strpos(c.setting, '=') + 1)) END)
FROM pg_db_role_setting AS s LEFT JOIN pg_roles AS r ON r.oid = s.setrole, unnest(s.setconfig) AS c(setting)
WHERE s.setdatabase IN (0, (SELECT d.oid FROM pg_database AS d WHERE d.datname = current_database())) AND (s.setrole = 0) = (r.oid IS NULL)
  AND NOT (s.setrole = 0 AND s.setdatabase = 0) AND split_part(c.setting, '=', 1) !~ 'preload|tablespace|^lc_messages$'
ORDER BY 1
