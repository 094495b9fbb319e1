-- What the role that asks lacks to carry a run out, as the statements that give it. A column added to a table is added to its
-- partitions, whose owners may be others.
WITH RECURSIVE relation AS (
  SELECT t.name::oid AS oid FROM (VALUES (to_regclass('public.data_bars')), (to_regclass('public.derived_data_bars'))) AS t(name)
  UNION ALL
  SELECT i.inhrelid FROM relation AS r JOIN pg_inherits AS i ON i.inhparent = r.oid
)
SELECT g.grant_it FROM (
  SELECT format('GRANT %I TO %I', pg_get_userbyid(c.relowner), current_user) AS grant_it
  FROM relation AS r JOIN pg_class AS c ON c.oid = r.oid WHERE NOT pg_has_role(c.relowner, 'USAGE')
  UNION
  -- Who made the role is its member since PostgreSQL 16, and roles can't be each other's members.
  SELECT format('REVOKE %I FROM %I', current_user, pg_get_userbyid(c.relowner))
  FROM relation AS r JOIN pg_class AS c ON c.oid = r.oid JOIN pg_auth_members AS m ON m.member = c.relowner JOIN pg_roles AS k
    ON k.oid = m.roleid
  WHERE k.rolname = current_user AND NOT pg_has_role(c.relowner, 'USAGE')
  UNION
  SELECT format('GRANT %s TO %I', r.role, current_user) FROM (VALUES ('dxy_migrator', 'dxy.run'), ('dxy_silo', 'dxy.due')) AS r(role, its)
  WHERE NOT EXISTS (SELECT FROM pg_roles AS k WHERE k.rolname = r.role AND pg_has_role(k.oid, 'USAGE'))
    AND NOT coalesce(has_table_privilege(
      (SELECT c.oid FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace WHERE n.nspname || '.' || c.relname = r.its),
        'UPDATE'), false)
  UNION
  SELECT format('GRANT CREATE ON SCHEMA %I TO %I', s.name, current_user) FROM (VALUES ('public'), ('dxy_backup')) AS s(name)
  WHERE to_regnamespace(s.name) IS NOT NULL AND NOT has_schema_privilege(s.name, 'CREATE')
  UNION
  SELECT format('CREATE SCHEMA dxy_backup AUTHORIZATION %I', current_user) WHERE to_regnamespace('dxy_backup') IS NULL
    AND NOT has_database_privilege(current_database(), 'CREATE')
  UNION
  SELECT format('GRANT %s ON public.core_asset_registry_all TO %I', p.privilege, current_user)
    FROM (VALUES ('SELECT'), ('INSERT'), ('UPDATE'), ('DELETE')) AS p(privilege)
  WHERE NOT has_table_privilege('public.core_asset_registry_all', p.privilege)
  UNION
  SELECT format('GRANT TEMPORARY ON DATABASE %I TO %I', current_database(), current_user)
    WHERE NOT has_database_privilege(current_database(), 'TEMPORARY')
) AS g ORDER BY g.grant_it NOT LIKE 'REVOKE %', 1
