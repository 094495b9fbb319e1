-- Everything of ours, a line a fact; what stands in the file beside this one is what it should be.
SELECT format('table %s.%s', n.nspname, c.relname) AS fact
FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE n.nspname IN ('dxy', 'dxy_orleans') AND c.relkind IN ('r', 'p') AND c.relname <> 'journal'
UNION ALL
SELECT format('column %s.%s.%s %s %s', n.nspname, c.relname, a.attname, format_type(a.atttypid, a.atttypmod),
  CASE WHEN a.attnotnull THEN 'not null' ELSE 'null' END)
FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0
  AND NOT a.attisdropped
WHERE n.nspname IN ('dxy', 'dxy_orleans') AND c.relkind IN ('r', 'p') AND c.relname <> 'journal'
UNION ALL
SELECT format('view %s.%s %s', n.nspname, c.relname, string_agg(a.attname, ',' ORDER BY a.attnum))
FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0
WHERE n.nspname IN ('dxy', 'dxy_orleans') AND c.relkind = 'v' GROUP BY n.nspname, c.relname
UNION ALL
SELECT format('index %s.%s unique=%s valid=%s', n.nspname, c.relname, i.indisunique, i.indisvalid)
FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indexrelid JOIN pg_class AS t ON t.oid = i.indrelid JOIN pg_namespace AS n
  ON n.oid = c.relnamespace
WHERE n.nspname IN ('dxy', 'dxy_orleans') AND t.relname <> 'journal'
UNION ALL
SELECT format('function %s.%s(%s) definer=%s owner=%s settings=%s body=%s', n.nspname, p.proname, pg_get_function_identity_arguments(p.oid),
  p.prosecdef,
              CASE WHEN r.rolname IN ('dxy_capture', 'dxy_mirror') THEN r.rolname ELSE 'installer' END,
                coalesce(array_to_string(p.proconfig, '; '), 'none'), md5(p.prosrc))
FROM pg_proc AS p JOIN pg_namespace AS n ON n.oid = p.pronamespace JOIN pg_roles AS r ON r.oid = p.proowner
WHERE n.nspname IN ('dxy', 'dxy_orleans')
UNION ALL
SELECT format('right %s on %s.%s to %s', x.privilege_type, n.nspname, c.relname, r.rolname)
FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace, LATERAL aclexplode(c.relacl) AS x JOIN pg_roles AS r
  ON r.oid = x.grantee
WHERE n.nspname IN ('dxy', 'dxy_orleans') AND r.rolname IN ('dxy_capture', 'dxy_silo', 'dxy_reader', 'dxy_console', 'dxy_approver',
  'dxy_migrator', 'dxy_mirror') AND c.relname <> 'journal'
UNION ALL
SELECT format('right %s on function %s.%s to %s', x.privilege_type, n.nspname, p.proname, coalesce(r.rolname, 'public'))
FROM pg_proc AS p JOIN pg_namespace AS n ON n.oid = p.pronamespace, LATERAL aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) AS x
LEFT JOIN pg_roles AS r ON r.oid = x.grantee
WHERE n.nspname = 'dxy' AND (x.grantee = 0 OR r.rolname IN ('dxy_silo', 'dxy_reader', 'dxy_console', 'dxy_approver', 'dxy_migrator',
  'dxy_mirror'))
UNION ALL
SELECT format('policy %s.%s %s for=%s to=%s using=%s check=%s', p.schemaname, p.tablename, p.policyname, p.cmd,
  array_to_string(p.roles, ','), p.qual, p.with_check)
FROM pg_policies AS p WHERE p.schemaname IN ('dxy', 'dxy_orleans')
UNION ALL
SELECT format('trigger %s.%s %s', n.nspname, c.relname, t.tgname)
FROM pg_trigger AS t JOIN pg_class AS c ON c.oid = t.tgrelid JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE n.nspname IN ('dxy', 'dxy_orleans') AND NOT t.tgisinternal
ORDER BY 1
