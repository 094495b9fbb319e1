DROP SCHEMA IF EXISTS dxy CASCADE;
DROP SCHEMA IF EXISTS dxy_orleans CASCADE;
-- Roles belong to the whole server: they go when no other database uses them.
DO $$
DECLARE
  v_role text;
BEGIN
  FOREACH v_role IN ARRAY ARRAY['dxy_capture', 'dxy_silo', 'dxy_reader'] LOOP
    BEGIN
      IF EXISTS (SELECT FROM pg_roles WHERE rolname = v_role) THEN
        EXECUTE format('DROP OWNED BY %I', v_role);
        EXECUTE format('DROP ROLE %I', v_role);
      END IF;
    EXCEPTION WHEN dependent_objects_still_exist OR insufficient_privilege OR undefined_object THEN
      NULL;
    END;
  END LOOP;
END
$$;
