-- Transaction locks only: all of it works through a transaction-mode pooler. Each is taken in a statement of its own,
-- because a statement that locks and reads sees the snapshot from before its wait.

-- Bars are derived a week at a time, from Saturday 00:00 UTC to the next, so that no bucket and no trading session lies in
-- two: weeks of one target can be worked on at once, by several silos too.
CREATE OR REPLACE FUNCTION dxy.week_of(p_ts timestamptz) RETURNS timestamptz
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
  SELECT date_bin(interval '168 hours', p_ts, timestamptz '2000-01-01 00:00:00+00')
$$;

-- Held by whoever derives bars of a target anywhere in time, until commit. A holder that freezes (a stopped machine, a
-- half-open connection) is ended by the server, so that the target goes on elsewhere; whoever waits too long tries again later.
CREATE OR REPLACE FUNCTION dxy.lock_target(p_symbol text, p_timeframe text) RETURNS void
LANGUAGE plpgsql VOLATILE
AS $$
BEGIN
  PERFORM set_config('idle_in_transaction_session_timeout', '30s', true), set_config('lock_timeout', '10s', true);
  PERFORM pg_advisory_xact_lock(21881, hashtext(p_symbol || '/' || p_timeframe));
END
$$;

-- The lock of a target's week: its key beside 21884.
CREATE OR REPLACE FUNCTION dxy.week_key(p_symbol text, p_timeframe text, p_week timestamptz) RETURNS integer
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
  SELECT hashtext(p_symbol || '/' || p_timeframe || '/' || extract(epoch FROM p_week))
$$;

-- The same for bars of one week alone.
CREATE OR REPLACE FUNCTION dxy.lock_week(p_symbol text, p_timeframe text, p_week timestamptz) RETURNS void
LANGUAGE plpgsql VOLATILE
AS $$
BEGIN
  PERFORM set_config('idle_in_transaction_session_timeout', '30s', true), set_config('lock_timeout', '10s', true);
  PERFORM pg_advisory_xact_lock_shared(21881, hashtext(p_symbol || '/' || p_timeframe));
  PERFORM pg_advisory_xact_lock(21884, dxy.week_key(p_symbol, p_timeframe, p_week));
END
$$;

-- Locks the first week that has ripe work and that nobody works on, or waits for the very first; what is live (its bars within
-- two hours) leads, then the oldest. The weeks after it are locked too while they have work, are free, and begin within
-- p_longest. The range is kept for the statements that follow in the transaction, as dxy.from and dxy.to. Returns whether
-- anything is ripe. p_ripeness: how long after its open a bar is ripe (its length and grace).
CREATE OR REPLACE FUNCTION dxy.lock_due_weeks(p_symbol text, p_timeframe text, p_ripeness interval, p_longest interval) RETURNS boolean
LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
  v_now timestamptz := dxy.now();
  v_weeks timestamptz[];
  v_from timestamptz;
  v_to timestamptz;
BEGIN
  PERFORM set_config('idle_in_transaction_session_timeout', '30s', true), set_config('lock_timeout', '10s', true);
  PERFORM pg_advisory_xact_lock_shared(21881, hashtext(p_symbol || '/' || p_timeframe));
  v_weeks := ARRAY(SELECT dxy.week_of(d.from_ts)
                   FROM dxy.due AS d
                   WHERE d.symbol = p_symbol AND d.timeframe = p_timeframe AND d.from_ts + p_ripeness <= v_now
                     AND (d.retry_at IS NULL OR d.retry_at <= v_now)
                   GROUP BY 1
                   ORDER BY max(d.from_ts) < v_now - interval '2 hours', 1);
  FOREACH v_from IN ARRAY v_weeks LOOP
    EXIT WHEN pg_try_advisory_xact_lock(21884, dxy.week_key(p_symbol, p_timeframe, v_from));
    v_from := NULL;
  END LOOP;

  IF v_from IS NULL AND cardinality(v_weeks) > 0 THEN
    v_from := v_weeks[1];
    PERFORM dxy.lock_week(p_symbol, p_timeframe, v_from);
  END IF;

  v_to := v_from + interval '168 hours';
  WHILE v_to < v_from + p_longest AND v_to = ANY (v_weeks)
    AND pg_try_advisory_xact_lock(21884, dxy.week_key(p_symbol, p_timeframe, v_to)) LOOP
    v_to := v_to + interval '168 hours';
  END LOOP;
  PERFORM set_config('dxy.from', coalesce(v_from, 'infinity')::text, true), set_config('dxy.to', coalesce(v_to, 'infinity')::text, true);
  RETURN v_from IS NOT NULL;
END
$$;

-- Locks the weeks of a target that a range touches, if all of them are free, and never waits. The range is kept as dxy.from
-- and dxy.to, or an empty one when not.
CREATE OR REPLACE FUNCTION dxy.try_lock_weeks(p_symbol text, p_timeframe text, p_from timestamptz, p_to timestamptz) RETURNS boolean
LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
  v_free boolean := pg_try_advisory_xact_lock_shared(21881, hashtext(p_symbol || '/' || p_timeframe));
  v_week timestamptz := dxy.week_of(p_from);
BEGIN
  WHILE v_free AND v_week < p_to LOOP
    v_free := pg_try_advisory_xact_lock(21884, dxy.week_key(p_symbol, p_timeframe, v_week));
    v_week := v_week + interval '168 hours';
  END LOOP;
  PERFORM set_config('dxy.from', CASE WHEN v_free THEN p_from ELSE 'infinity' END::text, true), set_config('dxy.to', p_to::text, true);
  RETURN v_free;
END
$$;

-- Due work never reaches from one week into another: whoever records a longer range records a piece a week. A bar whose time
-- is a mistake (the year 1, infinity) must not make every week from there due: what lies before 1970 or over a year ahead is
-- left out of such a range.
CREATE OR REPLACE FUNCTION dxy.cut_due() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  v_times tstzrange;
  v_from timestamptz;
  v_to timestamptz;
BEGIN
  IF dxy.week_of(NEW.from_ts) = dxy.week_of(NEW.to_ts - interval '1 microsecond') THEN
    RETURN NEW;
  END IF;

  v_times := dxy.derivable();
  v_from := greatest(NEW.from_ts, lower(v_times));
  v_to := least(NEW.to_ts, dxy.week_of(upper(v_times)) + interval '168 hours');
  IF v_from >= v_to THEN
    RETURN NULL;
  END IF;

  INSERT INTO dxy.due (symbol, timeframe, from_ts, to_ts, cause, version, prune, recorded_at, attempts, retry_at, error)
  SELECT NEW.symbol, NEW.timeframe, greatest(v_from, w.week), least(v_to, w.week + interval '168 hours'),
         NEW.cause, NEW.version, NEW.prune, NEW.recorded_at, NEW.attempts, NEW.retry_at, NEW.error
  FROM generate_series(dxy.week_of(v_from), v_to - interval '1 microsecond', interval '168 hours') AS w(week);
  RETURN NULL;
END
$$;

CREATE OR REPLACE TRIGGER cut_due BEFORE INSERT ON dxy.due FOR EACH ROW EXECUTE FUNCTION dxy.cut_due();

-- What was recorded before there was the trigger.
WITH longer AS (
  DELETE FROM dxy.due AS d WHERE dxy.week_of(d.from_ts) < dxy.week_of(d.to_ts - interval '1 microsecond') RETURNING d.*
)
INSERT INTO dxy.due (symbol, timeframe, from_ts, to_ts, cause, version, prune, recorded_at, attempts, retry_at, error)
SELECT symbol, timeframe, from_ts, to_ts, cause, version, prune, recorded_at, attempts, retry_at, error FROM longer;

-- Shared: a writer from before it reads the route's epoch until its commit. Exclusive: a flip. Whoever holds it is one of
-- ours, which dxy.writer tells the capture triggers: what is written without it to a watched symbol was another program.
CREATE OR REPLACE FUNCTION dxy.hold_route(p_symbol text) RETURNS void
LANGUAGE plpgsql VOLATILE
AS $$
BEGIN
  PERFORM set_config('dxy.writer', 'own', true);
  PERFORM pg_advisory_xact_lock_shared(21882, hashtext(p_symbol));
END
$$;

-- For a migration that moves bars from one table to the other: what is written is no news, and makes nothing due (see the
-- capture functions).
CREATE OR REPLACE FUNCTION dxy.move_route(p_symbol text) RETURNS void
LANGUAGE plpgsql VOLATILE
AS $$
BEGIN
  PERFORM dxy.hold_route(p_symbol);
  PERFORM set_config('dxy.writer', 'move', true);
END
$$;

CREATE OR REPLACE FUNCTION dxy.flip_route(p_symbol text, p_mode text) RETURNS bigint
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  v_epoch bigint;
BEGIN
  PERFORM pg_advisory_xact_lock(21882, hashtext(p_symbol));
  INSERT INTO dxy.route AS r (symbol, mode, epoch, changed_at) VALUES (p_symbol, p_mode, 2, dxy.now())
  ON CONFLICT (symbol) DO UPDATE SET mode = excluded.mode, epoch = r.epoch + 1, changed_at = excluded.changed_at
  RETURNING epoch INTO v_epoch;
  RETURN v_epoch;
END
$$;
