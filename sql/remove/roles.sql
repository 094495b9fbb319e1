-- Roles belong to the whole server: they go when nothing else, here or in another database, needs them. What we gave them on
-- the shop's tables, their partitions and their sequences is taken back; what somebody else gave them elsewhere is his, and keeps the role.
DO $$
DECLARE
  v_role text;
  v_revoke text;
BEGIN
  FOREACH v_role IN ARRAY ARRAY['dxy_capture', 'dxy_silo', 'dxy_reader', 'dxy_console', 'dxy_approver', 'dxy_migrator', 'dxy_mirror'] LOOP
    CONTINUE WHEN NOT EXISTS (SELECT FROM pg_roles WHERE rolname = v_role);
    FOR v_revoke IN
      WITH RECURSIVE bars AS (
        SELECT to_regclass('public.' || t.name)::oid AS oid
          FROM unnest(ARRAY['data_bars', 'derived_data_bars', 'core_asset_registry_all']) AS t(name)
        UNION
        SELECT i.inhrelid FROM bars AS b JOIN pg_inherits AS i ON i.inhparent = b.oid
      ), held AS (
        SELECT c.oid, c.relkind FROM bars AS b JOIN pg_class AS c ON c.oid = b.oid
        UNION
        SELECT c.oid, c.relkind
        FROM bars AS b JOIN pg_attrdef AS a ON a.adrelid = b.oid
        JOIN pg_depend AS d ON d.classid = 'pg_attrdef'::regclass AND d.objid = a.oid AND d.refclassid = 'pg_class'::regclass
        JOIN pg_class AS c ON c.oid = d.refobjid AND c.relkind = 'S'
        UNION
        SELECT c.oid, c.relkind
        FROM bars AS b JOIN pg_depend AS d ON d.refclassid = 'pg_class'::regclass AND d.refobjid = b.oid
          AND d.classid = 'pg_class'::regclass
        JOIN pg_class AS c ON c.oid = d.objid AND c.relkind = 'S'
      )
      SELECT format('REVOKE ALL ON %s %s FROM %I', CASE c.relkind WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END, c.oid::regclass, v_role)
      FROM held AS h JOIN pg_class AS c ON c.oid = h.oid, LATERAL aclexplode(c.relacl) AS x
      WHERE x.grantee = v_role::regrole
      GROUP BY c.oid, c.relkind
    LOOP
      EXECUTE v_revoke;
    END LOOP;
    BEGIN
      EXECUTE format('DROP ROLE %I', v_role);
    -- internal_error: another database that needed it was dropped while the server was naming it; the role stays, as for one
    -- that is still needed.
    EXCEPTION WHEN dependent_objects_still_exist OR insufficient_privilege OR undefined_object OR internal_error THEN
      NULL;
    END;
  END LOOP;
END
$$;
