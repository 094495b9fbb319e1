DROP SCHEMA IF EXISTS dxy_backup CASCADE;
DROP SCHEMA IF EXISTS dxy CASCADE;
DROP SCHEMA IF EXISTS dxy_orleans CASCADE;
-- Roles belong to the whole server: they go when nothing else, here or in another database, needs them.
DO $$
DECLARE
  v_role text;
  v_table text;
BEGIN
  FOREACH v_role IN ARRAY ARRAY['dxy_capture', 'dxy_silo', 'dxy_reader', 'dxy_console', 'dxy_approver', 'dxy_migrator', 'dxy_mirror'] LOOP
    CONTINUE WHEN NOT EXISTS (SELECT FROM pg_roles WHERE rolname = v_role);
    FOREACH v_table IN ARRAY ARRAY['data_bars', 'derived_data_bars', 'core_asset_registry_all'] LOOP
      IF to_regclass('public.' || v_table) IS NOT NULL THEN
        EXECUTE format('REVOKE ALL ON public.%I FROM %I', v_table, v_role);
      END IF;
    END LOOP;
    BEGIN
      EXECUTE format('DROP ROLE %I', v_role);
    EXCEPTION WHEN dependent_objects_still_exist OR insufficient_privilege OR undefined_object THEN
      NULL;
    END;
  END LOOP;
END
$$;
