-- The capture triggers' functions: one row to dxy.change for each statement that changed a business column of some bar,
-- and the old values of every final bar it changed to dxy.correction. The first argument is the table's logical name,
-- so that a statement straight into a partition says the same as one through its parent.
--
-- SECURITY DEFINER, owned by dxy_capture, which may do nothing but append here: the writer needs no right in our schema.
-- jit off: compiling costs hundreds of milliseconds where a statement of the writer's takes three, and any cost that the
-- planner gets wrong brings it on. No plan here can be quadratic, whichever was cached from one-row statements: the two sets
-- of rows meet in a full join, which nested loops can't do; by hash, for the planner knows the rows' number from the first
-- statement of a session alone, and sorting a hundred thousand takes three times as long. The time is taken once: asked for in
-- a statement it may be asked for each row. work_mem: that join of a large statement's rows stays in memory, whatever the host gives.
-- A bar without a time (a shop's table may lack our keys) is nobody's input, and is not told.
-- An upsert fires the triggers of INSERT and of UPDATE, and most statements change rows in one of the two ways: a statement
-- without rows ends at once.
--
-- A migration moves bars from one table to the other and back: nothing is news in that, so what it moves makes nothing due and
-- is no correction. Whoever works on the run says so with dxy.writer = 'move' (dxy.move_route), and is believed because he may
-- write the run's ledger; and what he moves of a watched symbol is noted like any other write (touch.sql).

CREATE OR REPLACE FUNCTION dxy.is_moving() RETURNS boolean
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  RETURN coalesce(current_setting('dxy.writer', true), '') = 'move' AND has_table_privilege(session_user, 'dxy.run_batch', 'INSERT');
END
$$;

CREATE OR REPLACE FUNCTION dxy.capture_insert() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET jit = off
SET work_mem = '16MB'
AS $$
DECLARE
  v_now timestamptz := dxy.now();
BEGIN
  IF NOT EXISTS (SELECT FROM new_rows) THEN
    RETURN NULL;
  END IF;
  IF NOT dxy.is_moving() THEN
    INSERT INTO dxy.change (table_name, symbols, timeframes, first_ts, last_ts, recorded_at)
    SELECT tg_argv[0], array_agg(DISTINCT s.canonical_symbol), array_agg(DISTINCT s.timeframe), min(s.first_ts), max(s.last_ts), v_now
    FROM (SELECT n.canonical_symbol, n.timeframe, min(n.ts_utc) AS first_ts, max(n.ts_utc) AS last_ts
          FROM new_rows AS n GROUP BY 1, 2) AS s
    HAVING min(s.first_ts) IS NOT NULL;
  END IF;
  RETURN NULL;
END
$$;

CREATE OR REPLACE FUNCTION dxy.capture_delete() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET jit = off
SET work_mem = '16MB'
AS $$
DECLARE
  v_now timestamptz := dxy.now();
  v_ended timestamptz := dxy.transaction_time();
BEGIN
  IF NOT EXISTS (SELECT FROM old_rows) THEN
    RETURN NULL;
  END IF;
  IF NOT dxy.is_moving() THEN
    WITH gone AS (
      INSERT INTO dxy.correction (table_name, canonical_symbol, timeframe, ts_utc, open, high, low, close, vol, vwap, trade_count,
                                  source, deleted, replaced_at, began_at, ended_at)
      SELECT tg_argv[0], o.canonical_symbol, o.timeframe, o.ts_utc, o.open, o.high, o.low, o.close, o.vol, o.vwap, o.trade_count,
             o.source, true, v_now, coalesce(o.created_at, o.ingested_at, o.updated_at), v_ended
      FROM old_rows AS o
      WHERE NOT o.is_partial
    )
    INSERT INTO dxy.change (table_name, symbols, timeframes, first_ts, last_ts, recorded_at, gone)
    SELECT tg_argv[0], array_agg(DISTINCT s.canonical_symbol), array_agg(DISTINCT s.timeframe), min(s.first_ts), max(s.last_ts), v_now, true
    FROM (SELECT o.canonical_symbol, o.timeframe, min(o.ts_utc) AS first_ts, max(o.ts_utc) AS last_ts FROM old_rows AS o GROUP BY 1, 2) AS s
    HAVING min(s.first_ts) IS NOT NULL;
  END IF;
  RETURN NULL;
END
$$;

CREATE OR REPLACE FUNCTION dxy.capture_update() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET jit = off
SET work_mem = '16MB'
SET enable_hashjoin = on
SET enable_mergejoin = off
AS $$
DECLARE
  v_now timestamptz := dxy.now();
  v_ended timestamptz := dxy.transaction_time();
BEGIN
  IF NOT EXISTS (SELECT FROM new_rows) AND NOT EXISTS (SELECT FROM old_rows) THEN
    RETURN NULL;
  END IF;
  IF NOT dxy.is_moving() THEN
    -- Old and new rows are paired by the bar's key; a row whose key itself was changed stands in the join alone, on both sides.
    WITH changed AS MATERIALIZED (
      SELECT o.canonical_symbol AS old_symbol, o.timeframe AS old_timeframe, o.ts_utc AS old_ts,
             o.open, o.high, o.low, o.close, o.vol, o.vwap, o.trade_count, o.is_partial AS old_partial, o.source,
             coalesce(o.created_at, o.ingested_at, o.updated_at) AS began_at,
             n.canonical_symbol IS NULL AS ended, NOT n.is_partial AND coalesce(o.is_partial, true) AS began,
             coalesce(n.canonical_symbol, o.canonical_symbol) AS symbol,
             coalesce(n.timeframe, o.timeframe) AS timeframe,
             coalesce(n.ts_utc, o.ts_utc) AS ts_utc
      FROM new_rows AS n
      FULL JOIN old_rows AS o
        ON o.canonical_symbol = n.canonical_symbol AND o.timeframe = n.timeframe AND o.ts_utc = n.ts_utc
      WHERE (n.open, n.high, n.low, n.close, n.vol, n.vwap, n.trade_count, n.is_partial)
            IS DISTINCT FROM (o.open, o.high, o.low, o.close, o.vol, o.vwap, o.trade_count, o.is_partial)
    ), remembered AS (
      INSERT INTO dxy.correction (table_name, canonical_symbol, timeframe, ts_utc, open, high, low, close, vol, vwap, trade_count,
                                  source, deleted, replaced_at, began_at, ended_at, absent)
      SELECT tg_argv[0], c.old_symbol, c.old_timeframe, c.old_ts, c.open, c.high, c.low, c.close, c.vol, c.vwap, c.trade_count,
             c.source, c.ended, v_now, c.began_at, v_ended, false
      FROM changed AS c
      WHERE NOT c.old_partial
      UNION ALL
      -- A final bar that came otherwise than by an INSERT: until then there was none.
      SELECT tg_argv[0], c.symbol, c.timeframe, c.ts_utc, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, false, v_now, NULL, v_ended, true
      FROM changed AS c
      WHERE c.began
    )
    INSERT INTO dxy.change (table_name, symbols, timeframes, first_ts, last_ts, recorded_at, gone)
    SELECT tg_argv[0], array_agg(DISTINCT s.symbol), array_agg(DISTINCT s.timeframe), min(s.first_ts), max(s.last_ts), v_now,
      bool_or(s.gone)
    FROM (SELECT c.symbol, c.timeframe, min(c.ts_utc) AS first_ts, max(c.ts_utc) AS last_ts, bool_or(c.ended) AS gone FROM changed AS c
      GROUP BY 1, 2) AS s
    HAVING min(s.first_ts) IS NOT NULL;
  END IF;
  RETURN NULL;
END
$$;

-- The same for derived_data_bars, where only active rows count: a soft delete is the end of a bar, an undelete its beginning.
CREATE OR REPLACE FUNCTION dxy.capture_update_derived() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET jit = off
SET work_mem = '16MB'
SET enable_hashjoin = on
SET enable_mergejoin = off
AS $$
DECLARE
  v_now timestamptz := dxy.now();
  v_ended timestamptz := dxy.transaction_time();
BEGIN
  IF NOT EXISTS (SELECT FROM new_rows) AND NOT EXISTS (SELECT FROM old_rows) THEN
    RETURN NULL;
  END IF;
  IF NOT dxy.is_moving() THEN
    WITH changed AS MATERIALIZED (
      SELECT o.canonical_symbol AS old_symbol, o.timeframe AS old_timeframe, o.ts_utc AS old_ts,
             o.open, o.high, o.low, o.close, o.vol, o.vwap, o.trade_count, o.is_partial AS old_partial, o.source,
             coalesce(o.created_at, o.ingested_at, o.updated_at) AS began_at,
             n.canonical_symbol IS NULL AS ended, NOT n.is_partial AND coalesce(o.is_partial, true) AS began,
             coalesce(n.canonical_symbol, o.canonical_symbol) AS symbol,
             coalesce(n.timeframe, o.timeframe) AS timeframe,
             coalesce(n.ts_utc, o.ts_utc) AS ts_utc
      FROM (SELECT * FROM new_rows WHERE deleted_at IS NULL) AS n
      FULL JOIN (SELECT * FROM old_rows WHERE deleted_at IS NULL) AS o
        ON o.canonical_symbol = n.canonical_symbol AND o.timeframe = n.timeframe AND o.ts_utc = n.ts_utc
           AND o.derivation_version = n.derivation_version
      WHERE (n.open, n.high, n.low, n.close, n.vol, n.vwap, n.trade_count, n.is_partial)
            IS DISTINCT FROM (o.open, o.high, o.low, o.close, o.vol, o.vwap, o.trade_count, o.is_partial)
    ), remembered AS (
      INSERT INTO dxy.correction (table_name, canonical_symbol, timeframe, ts_utc, open, high, low, close, vol, vwap, trade_count,
                                  source, deleted, replaced_at, began_at, ended_at, absent, soft)
      SELECT tg_argv[0], c.old_symbol, c.old_timeframe, c.old_ts, c.open, c.high, c.low, c.close, c.vol, c.vwap, c.trade_count,
             c.source, c.ended, v_now, c.began_at, v_ended, false, c.ended AND coalesce(current_setting('dxy.writer', true), '') <> 'own'
      FROM changed AS c
      WHERE NOT c.old_partial
      UNION ALL
      -- A final bar that came otherwise than by an INSERT: until then there was none.
      SELECT tg_argv[0], c.symbol, c.timeframe, c.ts_utc, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, false, v_now, NULL, v_ended, true,
        false
      FROM changed AS c
      WHERE c.began
    )
    INSERT INTO dxy.change (table_name, symbols, timeframes, first_ts, last_ts, recorded_at, gone)
    SELECT tg_argv[0], array_agg(DISTINCT s.symbol), array_agg(DISTINCT s.timeframe), min(s.first_ts), max(s.last_ts), v_now,
      bool_or(s.gone)
    FROM (SELECT c.symbol, c.timeframe, min(c.ts_utc) AS first_ts, max(c.ts_utc) AS last_ts, bool_or(c.ended) AS gone FROM changed AS c
      GROUP BY 1, 2) AS s
    HAVING min(s.first_ts) IS NOT NULL;
  END IF;
  RETURN NULL;
END
$$;
