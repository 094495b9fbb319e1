-- Roles belong to the whole server: another database may have made them already, or dropped them when it was removed. So they are looked for at each start.
-- dxy_capture and dxy_mirror own the functions of triggers; dxy_silo is what a silo logs in as a member of; dxy_migrator is who carries out a migration;
-- dxy_console orders one, and changes nothing but the run's orders; dxy_approver approves it; dxy_reader reads.
DO $$
DECLARE
  v_role text;
BEGIN
  FOREACH v_role IN ARRAY ARRAY['dxy_capture', 'dxy_silo', 'dxy_reader', 'dxy_console', 'dxy_approver', 'dxy_migrator', 'dxy_mirror'] LOOP
    BEGIN
      IF to_regrole(v_role) IS NULL THEN
        EXECUTE format('CREATE ROLE %I NOLOGIN', v_role);
      END IF;
    EXCEPTION WHEN duplicate_object OR unique_violation THEN
      NULL;
    END;
  END LOOP;
  -- Who hands a trigger's function over has to be a member of its new owner.
  -- From PostgreSQL 16 on whoever makes a role is its member only to administer it; what counts is being able to become it.
  FOREACH v_role IN ARRAY ARRAY['dxy_capture', 'dxy_mirror'] LOOP
    IF NOT pg_has_role(current_user, v_role, CASE WHEN current_setting('server_version_num')::integer >= 160000 THEN 'SET' ELSE 'MEMBER' END) THEN
      BEGIN
        EXECUTE format('GRANT %I TO %I', v_role, current_user);
      EXCEPTION WHEN unique_violation THEN
        NULL;
      END;
    END IF;
  END LOOP;
END
$$;
