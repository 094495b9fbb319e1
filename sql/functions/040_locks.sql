-- Transaction locks only: all of it works through a transaction-mode pooler. Each is taken in a statement of its own,
-- because a statement that locks and reads sees the snapshot from before its wait.

-- Held by whoever derives bars of the target, until commit. A holder that freezes (a stopped machine, a half-open connection) is ended by the server,
-- so that the target goes on elsewhere; whoever waits too long tries again later.
CREATE OR REPLACE FUNCTION dxy.lock_target(p_symbol text, p_timeframe text) RETURNS void
LANGUAGE plpgsql VOLATILE
AS $$
BEGIN
  PERFORM set_config('idle_in_transaction_session_timeout', '30s', true), set_config('lock_timeout', '10s', true);
  PERFORM pg_advisory_xact_lock(21881, hashtext(p_symbol || '/' || p_timeframe));
END
$$;

-- Shared: a writer from before it reads the route's epoch until its commit. Exclusive: a flip. Whoever holds it is one of ours, which dxy.writer
-- tells the capture triggers: what is written without it to a watched symbol was another program.
CREATE OR REPLACE FUNCTION dxy.hold_route(p_symbol text) RETURNS void
LANGUAGE plpgsql VOLATILE
AS $$
BEGIN
  PERFORM set_config('dxy.writer', 'own', true);
  PERFORM pg_advisory_xact_lock_shared(21882, hashtext(p_symbol));
END
$$;

-- For a migration that moves bars from one table to the other: what is written is no news, and makes nothing due (see the capture functions).
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
