-- The rights that db apply gives on the host's tables, for the length of a trial: to the roles that are there already, where
-- this login may give them.
DO $$
DECLARE
  v_role text;
  v_sequence text;
BEGIN
  FOREACH v_role IN ARRAY ARRAY['dxy_silo', 'dxy_mirror'] LOOP
    CONTINUE WHEN to_regrole(v_role) IS NULL;
    BEGIN
      EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON public.data_bars, public.derived_data_bars TO %I', v_role);
      FOR v_sequence IN
        SELECT d.refobjid::regclass::text
        FROM pg_attrdef AS a JOIN pg_depend AS d ON d.classid = 'pg_attrdef'::regclass AND d.objid = a.oid
          AND d.refclassid = 'pg_class'::regclass
        JOIN pg_class AS c ON c.oid = d.refobjid AND c.relkind = 'S'
        WHERE a.adrelid IN (to_regclass('public.data_bars'), to_regclass('public.derived_data_bars'))
      LOOP
        EXECUTE format('GRANT USAGE ON SEQUENCE %s TO %I', v_sequence, v_role);
      END LOOP;
    EXCEPTION WHEN OTHERS THEN
      -- What this login may not give, the trial's rows will meet.
      NULL;
    END;
    BEGIN
      IF NOT pg_has_role(current_user, v_role, CASE WHEN current_setting('server_version_num')::integer >= 160000 THEN 'SET'
        ELSE 'MEMBER' END) THEN
        EXECUTE format('GRANT %I TO %I', v_role, current_user);
      END IF;
    EXCEPTION WHEN OTHERS THEN
      NULL;
    END;
  END LOOP;
END
$$
