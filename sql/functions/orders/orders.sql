-- Orders to a run, by the console or by psql. Each is one statement's worth of work, refused with its reason when the run's
-- state doesn't allow it, and stands in the run's log with the role that logged in. Whoever works on the run finds the order
-- at its next step. SECURITY DEFINER: who gives orders can change a run in no other way than by these. The role that is
-- recorded is the one that logged in all the same.

CREATE OR REPLACE FUNCTION dxy.migrate_refuse(p_what text, p_todo text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  RAISE EXCEPTION USING ERRCODE = 'DX004', MESSAGE = p_what, HINT = p_todo;
END
$$;

CREATE OR REPLACE FUNCTION dxy.migrate_run(p_run text) RETURNS dxy.run
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  v_run dxy.run;
BEGIN
  SELECT * INTO v_run FROM dxy.run AS r WHERE r.name = p_run FOR UPDATE;
  IF v_run.name IS NULL THEN
    PERFORM dxy.migrate_refuse(format('there is no run %L', p_run), 'migrate status lists the runs');
  END IF;
  RETURN v_run;
END
$$;

CREATE OR REPLACE FUNCTION dxy.migrate_log(p_run text, p_kind text, p_detail jsonb DEFAULT '{}') RETURNS void
LANGUAGE sql
SET search_path = pg_catalog, pg_temp
AS $$ INSERT INTO dxy.run_event (run, kind, detail) VALUES (p_run, p_kind, p_detail) $$;

-- Whether a login may carry a run out (as its owner or as a member of dxy_migrator it may write the run's rows), and so find
-- that the tables are equal.
CREATE OR REPLACE FUNCTION dxy.carries_out(p_role text) RETURNS boolean
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$ SELECT EXISTS (SELECT FROM pg_roles AS r WHERE r.rolname = p_role AND has_table_privilege(r.oid, 'dxy.run', 'UPDATE')) $$;

CREATE OR REPLACE FUNCTION dxy.migrate_start(p_run text, p_symbol text, p_settings jsonb, p_target jsonb) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  v_other record;
  v_fault text := dxy.settings_fault(p_settings);
BEGIN
  IF v_fault IS NOT NULL THEN
    PERFORM dxy.migrate_refuse(v_fault, 'migrate start --help lists the settings');
  END IF;
  INSERT INTO dxy.run (name, symbol, state, phase, step, settings, target, started_at)
  VALUES (p_run, p_symbol, 'running', 1, '', p_settings, p_target, dxy.now());
  PERFORM dxy.migrate_log(p_run, 'started', jsonb_build_object('symbol', p_symbol, 'settings', p_settings, 'target', p_target));
EXCEPTION WHEN unique_violation THEN
  SELECT r.name, r.state, r.started_by, r.started_at INTO v_other FROM dxy.run AS r WHERE r.state IN ('running', 'paused', 'failed');
  IF v_other.name IS NULL OR v_other.name = p_run THEN
    PERFORM dxy.migrate_refuse(format('a run named %s is there already', p_run), 'give another name');
  END IF;
  PERFORM dxy.migrate_refuse(format('%s is %s, started by %s at %s', v_other.name, v_other.state, v_other.started_by,
                                    to_char(v_other.started_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')),
                             'one run at a time: let it end, or roll it back');
END
$$;

CREATE OR REPLACE FUNCTION dxy.migrate_pause(p_run text, p_reason text DEFAULT NULL) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  v_run dxy.run := dxy.migrate_run(p_run);
BEGIN
  IF v_run.state <> 'running' THEN
    PERFORM dxy.migrate_refuse(format('%s is %s', p_run, v_run.state), 'only a running one can be paused');
  END IF;
  UPDATE dxy.run SET state = 'paused', version = version + 1 WHERE name = p_run;
  PERFORM dxy.migrate_log(p_run, 'paused', jsonb_strip_nulls(jsonb_build_object('reason', p_reason)));
END
$$;

CREATE OR REPLACE FUNCTION dxy.migrate_resume(p_run text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  v_run dxy.run := dxy.migrate_run(p_run);
BEGIN
  IF v_run.state <> 'paused' THEN
    PERFORM dxy.migrate_refuse(format('%s is %s', p_run, v_run.state), CASE v_run.state
      WHEN 'failed' THEN 'migrate retry tries the failed step again' ELSE 'only a paused one can be resumed' END);
  END IF;
  UPDATE dxy.run SET state = 'running', retry_at = NULL, version = version + 1 WHERE name = p_run;
  PERFORM dxy.migrate_log(p_run, 'resumed');
END
$$;

CREATE OR REPLACE FUNCTION dxy.migrate_retry(p_run text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  v_run dxy.run := dxy.migrate_run(p_run);
BEGIN
  IF v_run.state <> 'failed' AND NOT (v_run.state = 'running' AND (v_run.retry_at IS NOT NULL OR v_run.waiting_since IS NOT NULL)) THEN
    PERFORM dxy.migrate_refuse(format('%s is %s', p_run, v_run.state), 'there is nothing to try again');
  END IF;
  UPDATE dxy.run SET state = 'running', retry_at = NULL, attempts = 0, error = NULL, version = version + 1 WHERE name = p_run;
  PERFORM dxy.migrate_log(p_run, 'retried');
END
$$;

-- Back from any phase; while it goes back, nothing but finishing can follow.
-- Whoever works on the run holds its row. The advisory lock tells him that the order waits, and he gives way within a second
-- (see OrderWatch.cs); one who doesn't is named.
CREATE OR REPLACE FUNCTION dxy.migrate_rollback(p_run text, p_reason text DEFAULT NULL) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET lock_timeout = '40s'
AS $$
DECLARE
  v_run dxy.run;
BEGIN
  PERFORM pg_advisory_xact_lock_shared(21886, hashtext(p_run));
  BEGIN
    v_run := dxy.migrate_run(p_run);
  EXCEPTION WHEN lock_not_available THEN
    PERFORM dxy.migrate_refuse(
      format('the row of %s is held: %s', p_run, coalesce((
        SELECT string_agg(DISTINCT format('pid %s (%s, %s) since %s', a.pid, a.usename, coalesce(nullif(a.application_name, ''), 'no name'),
                                          to_char(a.xact_start AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')), '; ')
        FROM pg_locks AS l JOIN pg_stat_activity AS a ON a.pid = l.pid
        WHERE l.locktype = 'relation' AND l.relation = 'dxy.run'::regclass AND l.mode = 'RowExclusiveLock' AND l.granted
          AND a.pid <> pg_backend_pid()), 'by nobody any more')),
      'end that session (SELECT pg_terminate_backend(pid)) and order it again; what it had not committed was never done');
  END;
  IF v_run.state IN ('rolled_back', 'purged', 'abandoned') OR (v_run.direction = 'back' AND v_run.state <> 'failed') THEN
    PERFORM dxy.migrate_refuse(format('%s is %s', p_run, CASE WHEN v_run.direction = 'back'
      AND v_run.state = 'running' THEN 'rolling back already' ELSE v_run.state END),
                               CASE v_run.state WHEN 'purged' THEN 'what it removed is gone for good'
                                 ELSE 'there is nothing to roll back' END);
  END IF;
  IF v_run.phase = 10 THEN
    PERFORM dxy.migrate_refuse(format('%s is being purged', p_run), 'what it removes is gone for good');
  END IF;
  IF v_run.state = 'completed' AND EXISTS (SELECT FROM dxy.run AS r WHERE r.state IN ('running', 'paused', 'failed')) THEN
    PERFORM dxy.migrate_refuse('another run is under way', 'let it end first');
  END IF;
  UPDATE dxy.run SET state = 'running', direction = 'back', error = NULL, attempts = 0, retry_at = NULL, waiting_since = NULL,
    finished_at = NULL, version = version + 1
  WHERE name = p_run;
  PERFORM dxy.migrate_log(p_run, 'rollback ordered',
    jsonb_strip_nulls(jsonb_build_object('reason', p_reason, 'phase', v_run.phase, 'step', v_run.step)));
END
$$;

-- After retention only: what cleanup soft-deleted goes for good.
CREATE OR REPLACE FUNCTION dxy.migrate_purge(p_run text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  v_run dxy.run := dxy.migrate_run(p_run);
BEGIN
  IF v_run.state <> 'completed' THEN
    PERFORM dxy.migrate_refuse(format('%s is %s', p_run, v_run.state), 'only a completed run can be purged');
  END IF;
  IF v_run.retention_until > dxy.now() THEN
    PERFORM dxy.migrate_refuse(format('the retention of %s lasts until %s', p_run,
      to_char(v_run.retention_until AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')),
                               'until then a rollback can bring everything back');
  END IF;
  IF EXISTS (SELECT FROM dxy.run AS r WHERE r.state IN ('running', 'paused', 'failed')) THEN
    PERFORM dxy.migrate_refuse('another run is under way', 'let it end first');
  END IF;
  UPDATE dxy.run SET state = 'running', phase = 10, step = '', finished_at = NULL, version = version + 1 WHERE name = p_run;
  PERFORM dxy.migrate_log(p_run, 'purge ordered');
END
$$;

CREATE OR REPLACE FUNCTION dxy.migrate_set(p_run text, p_settings jsonb) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  v_run dxy.run := dxy.migrate_run(p_run);
  v_fault text := dxy.settings_fault(p_settings);
BEGIN
  IF v_run.state NOT IN ('running', 'paused', 'failed') THEN
    PERFORM dxy.migrate_refuse(format('%s is %s', p_run, v_run.state), 'its settings no longer matter');
  END IF;
  IF v_fault IS NOT NULL THEN
    PERFORM dxy.migrate_refuse(v_fault, 'migrate start --help lists the settings');
  END IF;
  -- Else whoever started the run could free himself of the other's approval.
  IF (v_run.settings->>'approver_is_not_starter')::boolean AND p_settings->'approver_is_not_starter' = 'false' THEN
    PERFORM dxy.migrate_refuse('that another role approves was settled when the run was started', 'it can''t be taken back');
  END IF;
  UPDATE dxy.run SET settings = settings || p_settings, retry_at = NULL, version = version + 1 WHERE name = p_run;
  PERFORM dxy.migrate_log(p_run, 'settings changed', p_settings);
END
$$;

CREATE OR REPLACE FUNCTION dxy.migrate_ack(p_run text, p_gate text, p_note text DEFAULT NULL) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  v_run dxy.run := dxy.migrate_run(p_run);
  v_verdict text := (SELECT g.verdict FROM dxy.run_gate AS g WHERE g.run = p_run AND g.gate = p_gate);
BEGIN
  IF v_verdict IS DISTINCT FROM 'WARN' THEN
    PERFORM dxy.migrate_refuse(format('the gate %s %s', p_gate, coalesce('is ' || v_verdict, 'was not looked at yet')),
      'only a WARN can be accepted');
  END IF;
  INSERT INTO dxy.run_ack (run, gate, at, note) VALUES (p_run, p_gate, dxy.now(), p_note) ON CONFLICT DO NOTHING;
  UPDATE dxy.run SET retry_at = NULL, version = version + 1 WHERE name = v_run.name;
  PERFORM dxy.migrate_log(p_run, 'accepted', jsonb_strip_nulls(jsonb_build_object('gate', p_gate, 'note', p_note)));
END
$$;

-- An approval is of what was verified: it names the newest finished verification of the run, which has to be equal.
CREATE OR REPLACE FUNCTION dxy.migrate_approve(p_run text, p_kind text) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  v_run dxy.run := dxy.migrate_run(p_run);
  v_verification record;
BEGIN
  IF v_run.state NOT IN ('running', 'paused') OR v_run.direction <> 'forward' THEN
    PERFORM dxy.migrate_refuse(format('%s is %s%s', p_run, v_run.state, CASE v_run.direction WHEN 'back' THEN ', going back' ELSE '' END),
      'there is nothing to approve');
  END IF;
  IF v_run.phase IS DISTINCT FROM (CASE p_kind WHEN 'cut-over' THEN 5 WHEN 'deploy' THEN 7 WHEN 'cleanup' THEN 8 END) THEN
    PERFORM dxy.migrate_refuse(format('%s is in phase %s; the approval of %s belongs to phase %s', p_run, v_run.phase, p_kind,
                                      CASE p_kind WHEN 'cut-over' THEN 5 WHEN 'deploy' THEN 7 ELSE 8 END),
                               'migrate explain says what it waits for');
  END IF;
  IF (v_run.settings->>'approver_is_not_starter')::boolean AND v_run.started_by = session_user THEN
    PERFORM dxy.migrate_refuse(format('%s was started by %s as well', p_run, session_user), 'somebody else has to approve it');
  END IF;
  -- Anybody's finding that the tables differ stands in the way. That they are equal has to be found by who carries the run
  -- out: who only gives orders could write the row.
  SELECT v.id, v.state INTO v_verification FROM dxy.verification AS v
  WHERE v.run = p_run AND v.scope = 'full' AND v.state <> 'running'
    AND (v.state <> 'equal' OR dxy.carries_out(v.role))
  ORDER BY v.id DESC LIMIT 1;
  IF v_verification.state IS DISTINCT FROM 'equal' THEN
    PERFORM dxy.migrate_refuse(format('the newest verification %s', coalesce('is ' || v_verification.state, 'is missing')),
      'migrate verify, and mend what differs');
  END IF;
  INSERT INTO dxy.run_approval (run, kind, verification, at, expires_at)
  VALUES (p_run, p_kind, v_verification.id, dxy.now(),
    dxy.now() + coalesce((v_run.settings->>'approval_hours')::double precision, 24) * interval '1 hour');
  UPDATE dxy.run SET retry_at = NULL, version = version + 1 WHERE name = p_run;
  PERFORM dxy.migrate_log(p_run, 'approved', jsonb_build_object('kind', p_kind, 'verification', v_verification.id));
  RETURN v_verification.id;
END
$$;

CREATE OR REPLACE FUNCTION dxy.migrate_revoke(p_run text, p_kind text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  v_run dxy.run := dxy.migrate_run(p_run);
BEGIN
  -- The step that used it is done, in a transaction that held the run's row as this one does.
  IF v_run.phase > (CASE p_kind WHEN 'cut-over' THEN 5 WHEN 'deploy' THEN 7 ELSE 8 END)
     OR EXISTS (SELECT FROM dxy.run_step AS s
                WHERE s.run = p_run AND s.state = 'done'
                  AND s.step = CASE p_kind WHEN 'cut-over' THEN 'switch/reads' WHEN 'deploy' THEN 'deploy/approval'
                    ELSE 'observe/approval' END) THEN
    PERFORM dxy.migrate_refuse(format('the approval of %s was used already: %s is in phase %s', p_kind, p_run, v_run.phase),
      'pause it or roll it back');
  END IF;
  UPDATE dxy.run_approval SET revoked_at = dxy.now(), revoked_by = session_user WHERE run = p_run AND kind = p_kind AND revoked_at IS NULL;
  IF NOT FOUND THEN
    PERFORM dxy.migrate_refuse(format('there is no approval of %s to revoke', p_kind), 'migrate status shows what is approved');
  END IF;
  UPDATE dxy.run SET version = version + 1 WHERE name = p_run;
  PERFORM dxy.migrate_log(p_run, 'revoked', jsonb_build_object('kind', p_kind));
END
$$;

-- Settles one conflict, or with no bar a class of them: that is the class's policy from then on. Returns how many conflicts it is about.
CREATE OR REPLACE FUNCTION dxy.migrate_decide(p_run text, p_resolution text, p_class text DEFAULT NULL,
  p_bar timestamptz DEFAULT NULL) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  v_run dxy.run := dxy.migrate_run(p_run);
  v_count bigint;
BEGIN
  IF v_run.state NOT IN ('running', 'paused', 'failed') OR v_run.direction <> 'forward' THEN
    PERFORM dxy.migrate_refuse(format('%s is %s%s', p_run, v_run.state, CASE v_run.direction WHEN 'back' THEN ', going back' ELSE '' END),
      'there is nothing to decide');
  END IF;
  IF coalesce(p_resolution, '') NOT IN ('keep_target', 'take_source')
    OR (p_class IS NOT NULL AND p_class NOT IN ('different', 'foreign', 'partial', 'alone'))
     OR (p_class IS NULL AND p_bar IS NULL) THEN
    PERFORM dxy.migrate_refuse(format('%s of %s is no decision', p_resolution, coalesce(p_class, 'no class')),
                               'keep_target or take_source, of a class (different, foreign, partial, alone) or of a bar');
  END IF;
  IF p_bar IS NULL THEN
    UPDATE dxy.run SET settings = settings || jsonb_build_object(p_class, p_resolution) WHERE name = p_run;
    SELECT count(*) INTO v_count FROM dxy.run_conflict AS c
    WHERE c.run = p_run AND c.class = p_class
      AND NOT EXISTS (SELECT FROM dxy.run_decision AS d WHERE d.run = c.run AND d.ts_utc = c.ts_utc AND d.class = c.class);
  ELSE
    INSERT INTO dxy.run_decision AS d (run, ts_utc, class, resolution, at)
    SELECT c.run, c.ts_utc, c.class, p_resolution, dxy.now()
    FROM dxy.run_conflict AS c
    WHERE c.run = p_run AND c.ts_utc = p_bar AND c.class IN ('different', 'foreign', 'partial', 'alone')
      AND (p_class IS NULL OR c.class = p_class)
    ON CONFLICT (run, ts_utc, class) DO UPDATE SET resolution = excluded.resolution, role = session_user, at = excluded.at;
    GET DIAGNOSTICS v_count = ROW_COUNT;
    IF v_count = 0 THEN
      PERFORM dxy.migrate_refuse(format('%s has no conflict at %s', p_run, to_char(p_bar AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')),
        'migrate conflicts lists them');
    END IF;
  END IF;
  UPDATE dxy.run SET retry_at = NULL, version = version + 1 WHERE name = p_run;
  PERFORM dxy.migrate_log(p_run, 'decided',
    jsonb_strip_nulls(jsonb_build_object('class', p_class, 'bar', p_bar, 'resolution', p_resolution)));
  RETURN v_count;
END
$$;

-- Which server, database and tables this is. The system identifier tells a restored copy's server from the one it was copied
-- from; the tables' oids tell a database that was dropped and made again.
CREATE OR REPLACE FUNCTION dxy.migrate_target() RETURNS jsonb
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT jsonb_build_object('system', (SELECT s.system_identifier::text FROM pg_control_system() AS s), 'database', current_database(),
                            'data_bars', to_regclass('public.data_bars')::oid::bigint, 'derived_data_bars',
                              to_regclass('public.derived_data_bars')::oid::bigint)
$$;

-- Ends a run that came with a restored copy: it was made for another database and can go neither on nor back here. The bars
-- stay as they are; where both tables were written, the old one alone is from now on, which is complete, so that a new run can begin.
CREATE OR REPLACE FUNCTION dxy.migrate_abandon(p_run text, p_reason text DEFAULT NULL) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  v_run dxy.run := dxy.migrate_run(p_run);
  v_mode text := (SELECT r.mode FROM dxy.route AS r WHERE r.symbol = v_run.symbol);
BEGIN
  IF v_run.state NOT IN ('running', 'paused', 'failed') THEN
    PERFORM dxy.migrate_refuse(format('%s is %s', p_run, v_run.state), 'there is nothing to abandon');
  END IF;
  IF v_run.target = dxy.migrate_target() THEN
    PERFORM dxy.migrate_refuse(format('%s was made for this very database', p_run), 'migrate rollback undoes it');
  END IF;
  IF v_mode IN ('both', 'both_read_new') THEN
    PERFORM dxy.flip_route(v_run.symbol, 'legacy');
    v_mode := 'legacy';
  END IF;
  DELETE FROM dxy.watched WHERE run = p_run;
  UPDATE dxy.run SET state = 'abandoned', finished_at = dxy.now(), waiting_since = NULL, retry_at = NULL, throttled = NULL,
    throttled_since = NULL, version = version + 1
  WHERE name = p_run;
  PERFORM dxy.migrate_log(p_run, 'abandoned',
    jsonb_strip_nulls(jsonb_build_object('reason', p_reason, 'target', dxy.migrate_target(), 'route', v_mode)));
  -- Its triggers note nothing once nobody watches; they go where no writer is in the way.
  BEGIN
    PERFORM set_config('lock_timeout', '2s', true);
    PERFORM dxy.touch_off();
  EXCEPTION WHEN lock_not_available THEN
    NULL;
  END;
  RETURN coalesce(v_mode, 'new');
END
$$;
