-- The statements that give calc_dxy_range_1m back the rights it had before: $1 its schema, $2 who might call it, $3 whether
-- everybody might, $4 its owner.
SELECT s.statement FROM (
  SELECT 1 AS n, format('REVOKE ALL ON FUNCTION %s FROM %s', f.name, CASE x.grantee WHEN 0 THEN 'PUBLIC'
    ELSE quote_ident(pg_get_userbyid(x.grantee)) END) AS statement
  FROM (SELECT format('%I.calc_dxy_range_1m(timestamptz, timestamptz, integer)', $1) AS name) AS f,
       pg_proc AS p, LATERAL aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) AS x
  WHERE p.oid = f.name::regprocedure AND x.grantee <> p.proowner
  UNION ALL
  SELECT 2, format('GRANT EXECUTE ON FUNCTION %I.calc_dxy_range_1m(timestamptz, timestamptz, integer) TO %I', $1, r)
    FROM unnest($2::text[]) AS r
  UNION ALL
  SELECT 3, format('GRANT EXECUTE ON FUNCTION %I.calc_dxy_range_1m(timestamptz, timestamptz, integer) TO PUBLIC', $1) WHERE $3
  UNION ALL
  SELECT 4, format('ALTER FUNCTION %I.calc_dxy_range_1m(timestamptz, timestamptz, integer) OWNER TO %I', $1, $4::text)
) AS s
ORDER BY s.n
