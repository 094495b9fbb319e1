-- Roles belong to the whole server: another database may have made them already.
DO $$
DECLARE
  v_role text;
BEGIN
  FOREACH v_role IN ARRAY ARRAY['dxy_capture', 'dxy_silo', 'dxy_reader'] LOOP
    BEGIN
      EXECUTE format('CREATE ROLE %I NOLOGIN', v_role);
    EXCEPTION WHEN duplicate_object OR unique_violation THEN
      NULL;
    END;
  END LOOP;
  -- Who hands the capture functions over has to be a member of their new owner.
  -- From PostgreSQL 16 on whoever makes a role is its member only to administer it; what counts is being able to become it.
  IF NOT pg_has_role(current_user, 'dxy_capture', CASE WHEN current_setting('server_version_num')::integer >= 160000 THEN 'SET'
    ELSE 'MEMBER' END) THEN
    BEGIN
      EXECUTE format('GRANT dxy_capture TO %I', current_user);
    EXCEPTION WHEN unique_violation THEN
      NULL;
    END;
  END IF;
END
$$;
