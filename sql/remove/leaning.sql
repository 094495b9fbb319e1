-- What depends on what is ours by name ($1 tables and views, $2 functions, each as schema.name) and isn't ours itself.
WITH relation AS (
  SELECT c.oid, c.reltype FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace WHERE n.nspname || '.' || c.relname = ANY ($1)
), ours AS (
  SELECT 'pg_class'::regclass AS classid, r.oid AS objid FROM relation AS r
  UNION ALL
  SELECT 'pg_type'::regclass, t.oid FROM relation AS r JOIN pg_type AS t ON r.reltype IN (t.oid, t.typelem) WHERE r.reltype <> 0
  UNION ALL
  SELECT 'pg_proc'::regclass, p.oid FROM pg_proc AS p JOIN pg_namespace AS n ON n.oid = p.pronamespace WHERE n.nspname || '.'
    || p.proname = ANY ($2)
), leaning AS (
  -- A view depends by its rule.
  SELECT CASE WHEN w.oid IS NULL THEN d.classid ELSE 'pg_class'::regclass END AS classid, coalesce(w.ev_class, d.objid) AS objid,
    d.refclassid, d.refobjid,
         coalesce(w.ev_class, a.adrelid, t.tgrelid, k.conrelid, p.polrelid, CASE WHEN d.classid = 'pg_class'::regclass THEN d.objid END,
           0) AS relation, t.tgname
  FROM ours AS o JOIN pg_depend AS d ON d.refclassid = o.classid AND d.refobjid = o.objid AND d.deptype = 'n'
  LEFT JOIN pg_rewrite AS w ON d.classid = 'pg_rewrite'::regclass AND w.oid = d.objid
  LEFT JOIN pg_attrdef AS a ON d.classid = 'pg_attrdef'::regclass AND a.oid = d.objid
  LEFT JOIN pg_trigger AS t ON d.classid = 'pg_trigger'::regclass AND t.oid = d.objid
  LEFT JOIN pg_constraint AS k ON d.classid = 'pg_constraint'::regclass AND k.oid = d.objid
  LEFT JOIN pg_policy AS p ON d.classid = 'pg_policy'::regclass AND p.oid = d.objid
)
SELECT DISTINCT o.type || ' ' || o.identity || ' depends on ' || r.type || ' ' || r.identity
FROM leaning AS l, pg_identify_object(l.classid, l.objid, 0) AS o, pg_identify_object(l.refclassid, l.refobjid, 0) AS r
WHERE l.relation NOT IN (SELECT oid FROM relation)
  AND (l.classid, l.objid) NOT IN (SELECT classid, objid FROM ours)
  AND coalesce(l.tgname NOT LIKE 'dxy\_%', true)
ORDER BY 1
