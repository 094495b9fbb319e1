-- The function that calc_dxy_range_1m takes the place of, who may call it, and the calc_dxy_range_1m that stands there already, as JSON.
WITH functions AS (
  SELECT p.oid, n.nspname::text AS schema_name, p.proname::text AS name, pg_get_userbyid(p.proowner)::text AS owner,
         pg_get_function_identity_arguments(p.oid) AS arguments,
         oidvectortypes(p.proargtypes) = 'timestamp with time zone, timestamp with time zone, integer' AS same_arguments,
         ARRAY(SELECT DISTINCT pg_get_userbyid(x.grantee)::text FROM aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) AS x
           WHERE x.grantee <> 0 ORDER BY 1) AS callers,
         EXISTS (SELECT FROM aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) AS x WHERE x.grantee = 0) AS everybody
  FROM pg_proc AS p JOIN pg_namespace AS n ON n.oid = p.pronamespace
  WHERE p.proname IN ('calc_dxy_range_derived', 'calc_dxy_range_1m') AND p.prokind = 'f' AND n.nspname NOT IN ('dxy', 'pg_catalog')
    AND n.nspname NOT LIKE 'pg\_temp%'
), old AS (
  SELECT * FROM functions ORDER BY name = 'calc_dxy_range_derived' DESC, same_arguments DESC, schema_name = 'public' DESC,
    schema_name LIMIT 1
), before AS (
  SELECT f.* FROM functions AS f WHERE f.name = 'calc_dxy_range_1m' AND f.same_arguments
    AND f.schema_name = coalesce((SELECT o.schema_name FROM old AS o), 'public')
)
SELECT jsonb_build_object(
  'schema', coalesce((SELECT o.schema_name FROM old AS o), 'public'),
  'replaces', (SELECT format('%s.%s(%s)', o.schema_name, o.name, o.arguments) FROM old AS o),
  'owner', (SELECT o.owner FROM old AS o),
  'callers', coalesce((SELECT jsonb_agg(DISTINCT c)
    FROM (SELECT unnest(o.callers || o.owner) FROM old AS o UNION SELECT unnest(b.callers) FROM before AS b) AS u(c)), '[]'),
  'everybody', coalesce((SELECT o.everybody FROM old AS o), false),
  'before', (SELECT jsonb_build_object('text', pg_get_functiondef(b.oid), 'owner', b.owner, 'callers', b.callers, 'everybody', b.everybody)
    FROM before AS b))::text
