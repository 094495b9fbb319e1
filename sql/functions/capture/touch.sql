-- What a migration asks of the writers: of symbols that a run watches every statement is noted in dxy.touch, no-op updates
-- included. Triggers of their own, which the run puts on with its watch and takes off with it (sql/migration/derive): where
-- nobody migrates there are none, and no writer pays for them. As the capture's functions: SECURITY DEFINER, owned by
-- dxy_capture, which may do nothing but append here; the first argument is the table's logical name; jit off.

CREATE OR REPLACE FUNCTION dxy.capture_touch() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET jit = off
SET work_mem = '16MB'
AS $$
DECLARE
  v_now timestamptz := dxy.now();
  v_own boolean := coalesce(current_setting('dxy.writer', true), '') IN ('own', 'move');
  v_application text := coalesce(current_setting('application_name', true), '');
BEGIN
  IF NOT EXISTS (SELECT FROM dxy.watched) THEN
    RETURN NULL;
  END IF;
  IF tg_op = 'INSERT' THEN
    INSERT INTO dxy.touch (table_name, symbol, operation, first_ts, last_ts, bars, own, role, application, xid, at)
    SELECT tg_argv[0], r.canonical_symbol, 'insert', min(r.ts_utc), max(r.ts_utc), count(*), v_own, session_user, v_application,
           pg_current_xact_id(), v_now
    FROM new_rows AS r JOIN dxy.watched AS w ON w.symbol = r.canonical_symbol
    WHERE r.timeframe = '1m' AND r.ts_utc IS NOT NULL
    GROUP BY r.canonical_symbol;
  ELSIF tg_op = 'DELETE' THEN
    INSERT INTO dxy.touch (table_name, symbol, operation, first_ts, last_ts, bars, own, role, application, xid, at)
    SELECT tg_argv[0], r.canonical_symbol, 'delete', min(r.ts_utc), max(r.ts_utc), count(*), v_own, session_user, v_application,
           pg_current_xact_id(), v_now
    FROM old_rows AS r JOIN dxy.watched AS w ON w.symbol = r.canonical_symbol
    WHERE r.timeframe = '1m' AND r.ts_utc IS NOT NULL
    GROUP BY r.canonical_symbol;
  ELSE
    INSERT INTO dxy.touch (table_name, symbol, operation, first_ts, last_ts, bars, own, role, application, xid, at)
    SELECT tg_argv[0], r.canonical_symbol, 'update', min(r.ts_utc), max(r.ts_utc),
           greatest(count(*) FILTER (WHERE r.is_new), count(*) FILTER (WHERE NOT r.is_new)), v_own, session_user, v_application,
           pg_current_xact_id(), v_now
    FROM (SELECT true AS is_new, canonical_symbol, timeframe, ts_utc FROM new_rows
          UNION ALL SELECT false, canonical_symbol, timeframe, ts_utc FROM old_rows) AS r
    JOIN dxy.watched AS w ON w.symbol = r.canonical_symbol
    WHERE r.timeframe = '1m' AND r.ts_utc IS NOT NULL
    GROUP BY r.canonical_symbol;
  END IF;
  RETURN NULL;
END
$$;

-- The same for writers that fire no statement's trigger, of one row; see row.sql.
CREATE OR REPLACE FUNCTION dxy.capture_touch_row() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET timezone = 'UTC'
SET jit = off
AS $$
BEGIN
  IF current_setting('session_replication_role') <> 'replica' OR NOT EXISTS (SELECT FROM dxy.watched) THEN
    RETURN NULL;
  END IF;
  INSERT INTO dxy.touch (table_name, symbol, operation, first_ts, last_ts, bars, own, role, application, xid, at)
  SELECT tg_argv[0], w.symbol, lower(tg_op), min(b.ts), max(b.ts), 1,
         coalesce(current_setting('dxy.writer', true), '') IN ('own', 'move'),
         session_user, coalesce(current_setting('application_name', true), ''), pg_current_xact_id(), dxy.now()
  FROM (SELECT r->>'canonical_symbol' AS symbol, (r->>'ts_utc')::timestamptz AS ts
        FROM unnest(ARRAY[CASE WHEN tg_op <> 'INSERT' THEN to_jsonb(old) END, CASE WHEN tg_op <> 'DELETE' THEN to_jsonb(new) END]) AS r
        WHERE r->>'timeframe' = '1m' AND r->>'ts_utc' IS NOT NULL) AS b
  JOIN dxy.watched AS w ON w.symbol = b.symbol
  GROUP BY w.symbol;
  RETURN NULL;
END
$$;

-- The triggers that are not there, or are off, though a run watches (p_watched): on each table of bars and each of its
-- partitions, and what puts each right. The row's is inherited by partitions, so that the table's is enough; it fires for
-- replication alone.
CREATE OR REPLACE FUNCTION dxy.touch_missing(p_watched boolean)
RETURNS TABLE (schema_name text, table_name text, trigger_name text, disabled boolean, mend text)
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  WITH RECURSIVE bars AS (
    SELECT to_regclass('public.' || t.name)::oid AS oid, t.name AS logical, true AS is_root
    FROM unnest(ARRAY['data_bars', 'derived_data_bars']) AS t(name)
    UNION ALL
    SELECT i.inhrelid, b.logical, false FROM bars AS b JOIN pg_inherits AS i ON i.inhparent = b.oid
  )
  SELECT n.nspname::text, c.relname::text, w.name, t.oid IS NOT NULL,
         CASE WHEN t.oid IS NULL
              THEN format('CREATE TRIGGER %I AFTER %s ON %I.%I %s EXECUTE FUNCTION dxy.%I(%L); ', w.name, w.event, n.nspname, c.relname,
                w.fires,
                          w.function, b.logical)
              ELSE '' END
         || CASE WHEN t.oid IS NOT NULL OR w.state = 'R'
                 THEN format('ALTER TABLE %I.%I ENABLE %s TRIGGER %I', n.nspname, c.relname, CASE w.state WHEN 'R' THEN 'REPLICA'
                   ELSE '' END, w.name)
                 ELSE '' END
  FROM bars AS b
  JOIN pg_class AS c ON c.oid = b.oid AND c.relkind IN ('r', 'p')
  JOIN pg_namespace AS n ON n.oid = c.relnamespace
  CROSS JOIN (VALUES
    ('dxy_capture_touch_insert', 'INSERT', 'REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT', 'capture_touch', 'OA'),
    ('dxy_capture_touch_update', 'UPDATE', 'REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT', 'capture_touch',
      'OA'),
    ('dxy_capture_touch_delete', 'DELETE', 'REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT', 'capture_touch', 'OA'),
    ('dxy_capture_touch_row', 'INSERT OR UPDATE OR DELETE', 'FOR EACH ROW', 'capture_touch_row', 'R')) AS w(name, event, fires, function,
      state)
  LEFT JOIN pg_trigger AS t ON t.tgrelid = b.oid AND t.tgname = w.name
  WHERE p_watched AND (b.is_root OR w.state <> 'R') AND (t.oid IS NULL OR position(t.tgenabled::text IN w.state) = 0)
  ORDER BY 1, 2, 3
$$;

-- Puts on what is missing: before the first symbol is watched, and with that in one transaction. Making a trigger waits for
-- every transaction that is writing the table, so that none is left whose writes it missed. By the rights of who carries the
-- run out, who owns the tables in two phases at least; else by those of our owner, who put all triggers of ours on and may own them.
CREATE OR REPLACE FUNCTION dxy.touch_on_by_owner() RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  v_mend text;
BEGIN
  FOR v_mend IN SELECT m.mend FROM dxy.touch_missing(true) AS m LOOP
    EXECUTE v_mend;
  END LOOP;
END
$$;

CREATE OR REPLACE FUNCTION dxy.touch_on() RETURNS void
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  v_mend text;
BEGIN
  FOR v_mend IN SELECT m.mend FROM dxy.touch_missing(true) AS m LOOP
    EXECUTE v_mend;
  END LOOP;
EXCEPTION WHEN insufficient_privilege THEN
  PERFORM dxy.touch_on_by_owner();
END
$$;

-- The statements that take them off again, once nobody watches any more.
CREATE OR REPLACE FUNCTION dxy.touch_left() RETURNS SETOF text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT format('DROP TRIGGER %I ON %s', t.tgname, t.tgrelid::regclass)
  FROM pg_trigger AS t JOIN pg_proc AS p ON p.oid = t.tgfoid
  WHERE t.tgparentid = 0 AND p.pronamespace = 'dxy'::regnamespace AND p.proname IN ('capture_touch', 'capture_touch_row')
    AND NOT EXISTS (SELECT FROM dxy.watched)
  ORDER BY t.tgrelid, t.tgname
$$;

CREATE OR REPLACE FUNCTION dxy.touch_off_by_owner() RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  v_drop text;
BEGIN
  FOR v_drop IN SELECT dxy.touch_left() LOOP
    EXECUTE v_drop;
  END LOOP;
END
$$;

-- Where neither may, they stay: they note nothing, for nobody watches, and the next run has them already.
CREATE OR REPLACE FUNCTION dxy.touch_off() RETURNS void
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  v_drop text;
BEGIN
  FOR v_drop IN SELECT dxy.touch_left() LOOP
    EXECUTE v_drop;
  END LOOP;
EXCEPTION WHEN insufficient_privilege THEN
  BEGIN
    PERFORM dxy.touch_off_by_owner();
  EXCEPTION WHEN insufficient_privilege THEN
    NULL;
  END;
END
$$;

-- A run that watched before there were such triggers was served by the capture's functions: it has its triggers before those
-- are renewed. All at once, within two seconds, or once more later, so that no writer waits for long behind another table's.
DO $$
BEGIN
  FOR v_attempt IN 1..15 LOOP
    BEGIN
      PERFORM set_config('lock_timeout', '2s', true);
      IF EXISTS (SELECT FROM dxy.watched) THEN
        PERFORM dxy.touch_on();
      END IF;
      RETURN;
    EXCEPTION WHEN lock_not_available THEN
      IF v_attempt = 15 THEN
        RAISE;
      END IF;
      PERFORM pg_sleep(2);
    END;
  END LOOP;
END
$$;
