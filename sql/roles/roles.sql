-- Roles belong to the whole server: another database may have made them already, or dropped them when it was removed. So they
-- are looked for at each start. dxy_capture and dxy_mirror own the functions of triggers; dxy_silo is what a silo logs in as a
-- member of; dxy_migrator is who carries out a migration; dxy_console orders one, and changes nothing but the run's orders;
-- dxy_approver approves it; dxy_reader reads.
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
  -- Who hands a trigger's function over has to be able to become its new owner, and who renews it there to have the owner's rights.
  -- From PostgreSQL 16 on whoever makes a role may give it, to himself as well, and nobody else may: on a server where another
  -- login made the roles, that login or an administrator has to.
  FOREACH v_role IN ARRAY ARRAY['dxy_capture', 'dxy_mirror'] LOOP
    IF NOT (CASE WHEN current_setting('server_version_num')::integer >= 160000
                THEN pg_has_role(current_user, v_role, 'SET') AND pg_has_role(current_user, v_role, 'USAGE')
                  ELSE pg_has_role(current_user, v_role, 'MEMBER') END) THEN
      BEGIN
        EXECUTE format('GRANT %I TO %I', v_role, current_user);
      EXCEPTION
        WHEN unique_violation THEN NULL;
        WHEN insufficient_privilege THEN
          RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege',
            MESSAGE = format('the role %s is there, and %s may not hand functions over to it', v_role, current_user),
            HINT = format('run this as %s: GRANT dxy_capture, dxy_mirror TO %I', coalesce(
              (SELECT string_agg(m.member::regrole::text, ' or ' ORDER BY m.member::regrole::text) FROM pg_auth_members AS m
               WHERE m.roleid = to_regrole(v_role) AND m.admin_option AND m.member <> to_regrole(current_user::text))
                 || ', or as a superuser', 'a superuser'), current_user);
      END;
    END IF;
  END LOOP;
END
$$;
