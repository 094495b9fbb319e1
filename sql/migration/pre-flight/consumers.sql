-- What in the database reads or writes the old table by name or by dependency; ours left out.
SELECT DISTINCT format('%s %I.%I', CASE c.relkind WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view' ELSE 'rule on' END, n.nspname,
  c.relname)
FROM pg_depend AS d JOIN pg_rewrite AS w ON w.oid = d.objid AND d.classid = 'pg_rewrite'::regclass JOIN pg_class AS c ON c.oid = w.ev_class
  JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE d.refclassid = 'pg_class'::regclass AND d.refobjid = 'public.derived_data_bars'::regclass
UNION
SELECT format('function %I.%I', n.nspname, p.proname)
FROM pg_proc AS p JOIN pg_namespace AS n ON n.oid = p.pronamespace
WHERE n.nspname NOT IN ('pg_catalog', 'information_schema', 'dxy', 'dxy_orleans', 'dxy_backup') AND p.prosrc ILIKE '%derived_data_bars%'
UNION
SELECT format('trigger %s on %s', t.tgname, t.tgrelid::regclass)
FROM pg_trigger AS t JOIN pg_proc AS p ON p.oid = t.tgfoid JOIN pg_namespace AS n ON n.oid = p.pronamespace
WHERE NOT t.tgisinternal AND n.nspname <> 'dxy' AND t.tgrelid IN ('public.derived_data_bars'::regclass, 'public.data_bars'::regclass)
ORDER BY 1
