-- A partition that was attached since the last look may have been filled, or corrected, while it was off: what it holds is
-- due. Returns how many there were. At the first look they are only noted. A silo calls it hourly, with the months ahead.
CREATE OR REPLACE FUNCTION dxy.notice_attached() RETURNS integer
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $$
DECLARE
  v_identity text := (SELECT c.system_identifier || '/' || d.oid FROM pg_control_system() AS c, pg_database AS d
    WHERE d.datname = current_database());
  v_known boolean;
  v_new record;
  v_count integer := 0;
BEGIN
  -- One at a time; another's look is as good.
  IF NOT pg_try_advisory_xact_lock(21883, 2) THEN
    RETURN 0;
  END IF;
  v_known := EXISTS (SELECT FROM dxy.attached AS a WHERE a.identity = v_identity);
  DELETE FROM dxy.attached AS a WHERE a.identity <> v_identity
    OR NOT EXISTS (SELECT FROM pg_trigger AS t WHERE t.oid = a.trigger_id AND t.tgrelid = a.relation);
  FOR v_new IN
    WITH RECURSIVE bars AS (
      SELECT to_regclass('public.' || t.name)::oid AS oid, t.name AS logical FROM unnest(ARRAY['data_bars', 'derived_data_bars']) AS t(name)
      UNION ALL
      SELECT i.inhrelid, b.logical FROM bars AS b JOIN pg_inherits AS i ON i.inhparent = b.oid
    )
    SELECT b.oid, b.logical, t.oid AS trigger_id
    FROM bars AS b JOIN pg_trigger AS t ON t.tgrelid = b.oid AND t.tgname = 'dxy_capture_row' AND t.tgparentid <> 0
    WHERE NOT EXISTS (SELECT FROM dxy.attached AS a WHERE a.identity = v_identity AND a.relation = b.oid)
  LOOP
    INSERT INTO dxy.attached (identity, relation, trigger_id) VALUES (v_identity, v_new.oid, v_new.trigger_id);
    IF v_known THEN
      PERFORM dxy.recapture(v_new.oid::regclass, v_new.logical);
      v_count := v_count + 1;
    END IF;
  END LOOP;
  RETURN v_count;
END
$$;
