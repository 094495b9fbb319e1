-- $1 the symbol, $2 and $3 from and to: who reads which table. The silos by their route (both_read_new and new read data_bars alone) and
-- the rollups they wrote since it turned; then everything of others that names the old table: views, functions, statements that run now.
SELECT 'the silos' AS who, coalesce(r.mode, 'new') AS reads,
       format('%s rollups of the window were written since %s', (SELECT count(*) FROM public.derived_data_bars AS d
         WHERE d.canonical_symbol = $1 AND d.timeframe <> '1m' AND d.deleted_at IS NULL AND d.ts_utc >= $2 AND d.ts_utc < $3
           AND d.ingested_at >= coalesce(r.changed_at, '-infinity')),
         coalesce(to_char(r.changed_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI"Z"'), 'the beginning')) AS seen
FROM (SELECT $1::text AS symbol) AS s LEFT JOIN dxy.route AS r ON r.symbol = s.symbol
UNION ALL
SELECT DISTINCT format('%s %I.%I', CASE c.relkind WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view' ELSE 'rule on' END, n.nspname,
  c.relname),
       'derived_data_bars', 'it depends on it'
FROM pg_depend AS d JOIN pg_rewrite AS w ON w.oid = d.objid AND d.classid = 'pg_rewrite'::regclass
  JOIN pg_class AS c ON c.oid = w.ev_class JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE d.refclassid = 'pg_class'::regclass AND d.refobjid = to_regclass('public.derived_data_bars')
UNION ALL
SELECT format('function %I.%I', n.nspname, p.proname), 'derived_data_bars', 'its text names it'
FROM pg_proc AS p JOIN pg_namespace AS n ON n.oid = p.pronamespace
WHERE n.nspname NOT IN ('pg_catalog', 'information_schema', 'dxy', 'dxy_orleans', 'dxy_backup') AND p.prosrc ILIKE '%derived_data_bars%'
  AND p.proname <> 'calc_dxy_range_1m'
UNION ALL
SELECT format('%s as %s (pid %s)', coalesce(nullif(a.application_name, ''), 'a program'), a.usename, a.pid), 'derived_data_bars',
  left(a.query, 80)
FROM pg_stat_activity AS a
WHERE a.datname = current_database() AND a.pid <> pg_backend_pid() AND a.application_name NOT LIKE 'dxy%' AND a.state = 'active'
  AND a.query ILIKE '%derived_data_bars%'
