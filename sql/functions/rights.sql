-- Least rights. dxy_capture owns the capture functions and may only append; dxy_silo is what a silo logs in as a member of;
-- dxy_reader reads; dxy_console orders a migration and dxy_approver approves it. An ingest program needs none of them.
-- What an earlier version allowed and this one doesn't goes first.
REVOKE ALL ON ALL TABLES IN SCHEMA dxy FROM dxy_reader, dxy_console, dxy_approver;
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA dxy FROM dxy_reader, dxy_console, dxy_approver;
GRANT USAGE ON SCHEMA dxy TO dxy_capture, dxy_silo, dxy_reader, dxy_console, dxy_approver;
GRANT INSERT ON dxy.change, dxy.correction, dxy.touch TO dxy_capture;
GRANT SELECT ON dxy.watched TO dxy_capture;
GRANT SELECT ON dxy.clock TO dxy_capture, dxy_silo, dxy_reader;

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA dxy FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dxy.now() TO dxy_capture, dxy_silo, dxy_reader;
GRANT EXECUTE ON FUNCTION dxy.is_moving(), dxy.transaction_time() TO dxy_capture;
GRANT EXECUTE ON FUNCTION dxy.length_of(text), dxy.bucket(text, timestamptz), dxy.derivable() TO dxy_silo, dxy_reader;
GRANT EXECUTE ON FUNCTION dxy.is_price(numeric), dxy.bar_fault(numeric, numeric, numeric, numeric), dxy.known_volume(numeric),
  dxy.known_count(numeric), dxy.time_text(timestamptz),
  dxy.price_text(numeric), dxy.on_calendar(timestamptz),
  dxy.denied_minutes(text, text, timestamptz, timestamptz), dxy.denied_buckets(text, text, text, timestamptz, timestamptz),
    dxy.soft_deleted(text, text, timestamptz, timestamptz) TO dxy_silo, dxy_reader, dxy_console, dxy_approver, dxy_migrator;
GRANT EXECUTE ON FUNCTION dxy.lock_target(text, text), dxy.lock_week(text, text, timestamptz),
  dxy.lock_due_weeks(text, text, interval, interval), dxy.try_lock_weeks(text, text, timestamptz, timestamptz), dxy.week_of(timestamptz),
  dxy.week_key(text, text, timestamptz), dxy.hold_route(text), dxy.expand_changes(integer), dxy.adopt_targets() TO dxy_silo;
GRANT EXECUTE ON FUNCTION dxy.keep_months() TO dxy_silo;
GRANT EXECUTE ON FUNCTION dxy.forget(interval, integer) TO dxy_silo;
GRANT EXECUTE ON FUNCTION dxy.ride(text, timestamptz, text, text[], numeric[], numeric, jsonb) TO dxy_silo;

-- The version of the schema among them: a silo has to know whether it works with it.
GRANT SELECT ON ALL TABLES IN SCHEMA dxy TO dxy_reader, dxy_silo;
GRANT INSERT, UPDATE, DELETE ON dxy.due, dxy.forming_bar, dxy.sampled_minute, dxy.adopted, dxy.missed, dxy.sweep_position TO dxy_silo;
GRANT DELETE, UPDATE ON dxy.change TO dxy_silo;
GRANT INSERT, UPDATE ON dxy.shadow, dxy.service TO dxy_silo;
GRANT EXECUTE ON FUNCTION dxy.claim_service(text, text, interval) TO dxy_silo;

GRANT SELECT, INSERT, UPDATE, DELETE ON public.data_bars, public.derived_data_bars TO dxy_silo;
GRANT SELECT ON public.core_asset_registry_all TO dxy_silo, dxy_reader, dxy_console, dxy_approver;
GRANT SELECT ON public.data_bars, public.derived_data_bars TO dxy_reader, dxy_console, dxy_approver;

-- A run belongs to whoever works on it, a silo that is a member of dxy_migrator as well; the console gives orders.
-- What says who and when is never the client's to write.
GRANT INSERT, UPDATE, DELETE ON dxy.run, dxy.run_step, dxy.run_batch, dxy.run_saved, dxy.run_gate, dxy.run_sample, dxy.run_conflict,
  dxy.verification,
  dxy.watched, dxy.touch, dxy.restart, dxy.route TO dxy_migrator;
-- A silo that came up again removes the row that asked for it.
GRANT DELETE ON dxy.restart TO dxy_silo;
GRANT USAGE ON SCHEMA dxy TO dxy_migrator;
GRANT SELECT ON ALL TABLES IN SCHEMA dxy TO dxy_migrator;
GRANT EXECUTE ON FUNCTION dxy.flip_route(text, text), dxy.hold_route(text), dxy.move_route(text) TO dxy_migrator;
GRANT EXECUTE ON FUNCTION dxy.mirror_bars(text, timestamptz[]), dxy.mirror(), dxy.mirror_statement() TO dxy_migrator;
GRANT EXECUTE ON FUNCTION dxy.touch_on(), dxy.touch_on_by_owner(), dxy.touch_off(), dxy.touch_off_by_owner(), dxy.touch_left(),
  dxy.capture_touch(), dxy.capture_touch_row() TO dxy_migrator;
GRANT EXECUTE ON FUNCTION dxy.touch_missing(boolean) TO dxy_silo, dxy_reader, dxy_console, dxy_approver, dxy_migrator;
GRANT INSERT (run, kind, detail) ON dxy.run_event TO dxy_migrator;
GRANT SELECT ON ALL TABLES IN SCHEMA dxy TO dxy_console, dxy_approver;
GRANT INSERT (run, symbol, scope, from_ts, to_ts, snapshot, state, compared, missing, extra, different, explained, checkpoint, samples,
  started_at, finished_at),
  UPDATE (state, compared, missing, extra, different, explained, checkpoint, samples, finished_at) ON dxy.verification TO dxy_console,
    dxy_approver;
-- Anybody who may order or approve may compare the tables, and writes what he found as his own; what another found is not his to change.
ALTER TABLE dxy.verification ENABLE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS read ON dxy.verification;
CREATE POLICY read ON dxy.verification FOR SELECT USING (true);
DROP POLICY IF EXISTS own ON dxy.verification;
CREATE POLICY own ON dxy.verification TO dxy_console, dxy_approver USING (role = session_user) WITH CHECK (role = session_user);
DROP POLICY IF EXISTS carry_out ON dxy.verification;
CREATE POLICY carry_out ON dxy.verification TO dxy_migrator USING (true) WITH CHECK (true);
GRANT EXECUTE ON FUNCTION dxy.carries_out(text) TO dxy_console, dxy_approver, dxy_migrator, dxy_reader;
GRANT EXECUTE ON FUNCTION dxy.now(), dxy.length_of(text), dxy.bucket(text, timestamptz), dxy.event_hash(bytea, dxy.run_event)
  TO dxy_console, dxy_approver;
GRANT EXECUTE ON FUNCTION dxy.event_hash(bytea, dxy.run_event), dxy.migrate_log(text, text, jsonb) TO dxy_migrator;
GRANT EXECUTE ON FUNCTION dxy.event_hash(bytea, dxy.run_event) TO dxy_reader;
-- Whoever orders enters what the market does.
GRANT INSERT, DELETE ON dxy.calendar TO dxy_console;
GRANT EXECUTE ON FUNCTION dxy.migrate_start(text, text, jsonb, jsonb), dxy.migrate_pause(text, text), dxy.migrate_resume(text),
  dxy.migrate_retry(text),
  dxy.migrate_rollback(text, text), dxy.migrate_purge(text), dxy.migrate_set(text, jsonb), dxy.migrate_ack(text, text, text),
  dxy.migrate_revoke(text, text), dxy.migrate_decide(text, text, text, timestamptz), dxy.migrate_abandon(text, text) TO dxy_console;
-- Who orders doesn't approve, unless he is given both roles; what was approved either may take back.
GRANT EXECUTE ON FUNCTION dxy.migrate_approve(text, text), dxy.migrate_revoke(text, text) TO dxy_approver;

GRANT USAGE ON SCHEMA dxy_orleans TO dxy_silo, dxy_reader, dxy_console, dxy_approver;
GRANT SELECT ON ALL TABLES IN SCHEMA dxy_orleans TO dxy_reader, dxy_console, dxy_approver;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA dxy_orleans TO dxy_silo;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA dxy_orleans TO dxy_silo;

-- The live path writes both tables during a migration.
GRANT EXECUTE ON FUNCTION dxy.mirror_bars(text, timestamptz[]) TO dxy_silo;
GRANT USAGE ON SCHEMA dxy TO dxy_mirror;
GRANT SELECT ON dxy.watched, dxy.route, dxy.clock, dxy.run_conflict TO dxy_mirror;
GRANT EXECUTE ON FUNCTION dxy.now(), dxy.mirror_bars(text, timestamptz[]), dxy.mirror_minutes(text, timestamptz[]) TO dxy_mirror;
GRANT SELECT ON public.derived_data_bars TO dxy_mirror;
GRANT SELECT, INSERT, UPDATE, DELETE ON public.data_bars TO dxy_mirror;
GRANT CREATE ON SCHEMA dxy TO dxy_mirror;
ALTER FUNCTION dxy.mirror() OWNER TO dxy_mirror;
ALTER FUNCTION dxy.mirror_statement() OWNER TO dxy_mirror;
REVOKE CREATE ON SCHEMA dxy FROM dxy_mirror;

-- CREATE on the schema is what handing a function over asks of its new owner; it is taken back at once.
GRANT CREATE ON SCHEMA dxy TO dxy_capture;
ALTER FUNCTION dxy.capture_insert() OWNER TO dxy_capture;
ALTER FUNCTION dxy.capture_update() OWNER TO dxy_capture;
ALTER FUNCTION dxy.capture_update_derived() OWNER TO dxy_capture;
ALTER FUNCTION dxy.capture_delete() OWNER TO dxy_capture;
ALTER FUNCTION dxy.capture_row() OWNER TO dxy_capture;
ALTER FUNCTION dxy.capture_touch() OWNER TO dxy_capture;
ALTER FUNCTION dxy.capture_touch_row() OWNER TO dxy_capture;
REVOKE CREATE ON SCHEMA dxy FROM dxy_capture;

-- A host's ids may come from sequences: who writes rows there draws from them. Where this login may not say so, the trial
-- meets it and tells.
DO $$
DECLARE
  v_sequence text;
BEGIN
  FOR v_sequence IN
    SELECT d.refobjid::regclass::text
    FROM pg_attrdef AS a JOIN pg_depend AS d ON d.classid = 'pg_attrdef'::regclass AND d.objid = a.oid
      AND d.refclassid = 'pg_class'::regclass
    JOIN pg_class AS c ON c.oid = d.refobjid AND c.relkind = 'S'
    WHERE a.adrelid IN ('public.data_bars'::regclass, 'public.derived_data_bars'::regclass)
  LOOP
    BEGIN
      EXECUTE format('GRANT USAGE ON SEQUENCE %s TO dxy_silo, dxy_mirror', v_sequence);
    EXCEPTION WHEN insufficient_privilege THEN
      NULL;
    END;
  END LOOP;
END
$$;
