-- What else depends on a table ($1) or on a partition of it: views, functions, constraints of other tables.
WITH RECURSIVE part AS (
  SELECT to_regclass($1)::oid AS oid
  UNION
  SELECT i.inhrelid FROM part AS p JOIN pg_inherits AS i ON i.inhparent = p.oid
)
SELECT DISTINCT o.type || ' ' || o.identity
FROM part AS p
JOIN pg_depend AS d ON d.refclassid IN ('pg_class'::regclass, 'pg_type'::regclass) AND d.deptype = 'n'
  AND d.refobjid IN (p.oid, (SELECT c.reltype FROM pg_class AS c WHERE c.oid = p.oid))
LEFT JOIN LATERAL (SELECT 'pg_class'::regclass::oid AS classid, r.ev_class AS oid FROM pg_rewrite AS r
  WHERE d.classid = 'pg_rewrite'::regclass AND r.oid = d.objid) AS v ON true
LEFT JOIN pg_constraint AS k ON d.classid = 'pg_constraint'::regclass AND k.oid = d.objid
CROSS JOIN LATERAL pg_identify_object(coalesce(v.classid, d.classid), coalesce(v.oid, d.objid), 0) AS o
WHERE NOT (d.classid = 'pg_class'::regclass AND d.objid IN (SELECT oid FROM part))
  AND (k.oid IS NULL OR k.conrelid NOT IN (SELECT oid FROM part))
  AND coalesce(v.oid, 0) NOT IN (SELECT oid FROM part)
ORDER BY 1
