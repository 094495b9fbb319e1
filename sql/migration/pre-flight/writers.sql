-- What those lack who write the old table now, and our own roles, to write data_bars, as the statements that give it; ours: whether they
-- are our own roles', without which what is mirrored or derived would fail. A default that counts by a sequence needs the sequence too.
WITH sequence AS (
  SELECT DISTINCT d.refobjid AS oid
  FROM pg_attrdef AS a JOIN pg_depend AS d ON d.classid = 'pg_attrdef'::regclass AND d.objid = a.oid AND d.refclassid = 'pg_class'::regclass
    JOIN pg_class AS c ON c.oid = d.refobjid AND c.relkind = 'S'
  WHERE a.adrelid = to_regclass('public.data_bars')
), writer AS (
  SELECT DISTINCT r.oid, r.rolname, false AS ours
  FROM pg_class AS c, LATERAL aclexplode(c.relacl) AS x JOIN pg_roles AS r ON r.oid = x.grantee
  WHERE c.oid = to_regclass('public.derived_data_bars') AND x.privilege_type IN ('INSERT', 'UPDATE') AND NOT r.rolsuper
    AND r.oid <> c.relowner
    AND r.rolname NOT IN ('dxy_capture', 'dxy_silo', 'dxy_reader', 'dxy_console', 'dxy_approver', 'dxy_migrator', 'dxy_mirror')
  UNION ALL
  SELECT r.oid, r.rolname, true FROM pg_roles AS r WHERE r.rolname IN ('dxy_silo', 'dxy_mirror')
    AND has_table_privilege(r.oid, to_regclass('public.data_bars'), 'INSERT')
)
SELECT w.rolname::text, format('GRANT %s ON public.data_bars TO %I', string_agg(p.name, ', ' ORDER BY p.n), w.rolname), w.ours
FROM writer AS w, (VALUES (1, 'SELECT'), (2, 'INSERT'), (3, 'UPDATE')) AS p(n, name)
WHERE NOT has_table_privilege(w.oid, to_regclass('public.data_bars'), p.name)
GROUP BY w.rolname, w.ours
UNION ALL
SELECT w.rolname::text, format('GRANT USAGE ON SEQUENCE %s TO %I', s.oid::regclass, w.rolname), w.ours
FROM writer AS w, sequence AS s WHERE NOT has_sequence_privilege(w.oid, s.oid, 'USAGE')
  AND NOT has_sequence_privilege(w.oid, s.oid, 'UPDATE')
ORDER BY 3 DESC, 1, 2
