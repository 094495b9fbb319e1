-- Turns recorded changes into due work and deletes exactly the changes it took. Skipping what another reader holds means that nobody waits,
-- and that nothing relies on ids or transactions being in order. Returns how many changes it took.
-- plpgsql, not sql: every deriving transaction calls it, and only plpgsql keeps its plan.
CREATE OR REPLACE FUNCTION dxy.expand_changes(p_limit integer DEFAULT 5000) RETURNS integer
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $$
DECLARE
  v_taken integer;
  v_now timestamptz := dxy.now();
  v_carrying jsonb[];
BEGIN
  IF NOT EXISTS (SELECT FROM dxy.change) THEN
    RETURN 0;
  END IF;

  v_carrying := ARRAY(SELECT to_jsonb(v.version) FROM dxy.deriving_rule AS v WHERE v.carries_closes);

  WITH taken AS (
    DELETE FROM dxy.change
    WHERE ctid = ANY (ARRAY(SELECT c.ctid FROM dxy.change AS c LIMIT p_limit FOR UPDATE SKIP LOCKED))
    RETURNING symbols, timeframes, first_ts, last_ts, recorded_at, gone
  ), touched AS (
    SELECT d.target_symbol, d.target_timeframe,
           range_agg(tstzrange(dxy.bucket(d.target_timeframe, t.first_ts),
                               dxy.bucket(d.target_timeframe, t.last_ts) + d.target_length +
                               -- Stored bars keep the version they were derived by, whatever their index's version is now. A
                               -- shop's table may lack the column yet.
                               CASE WHEN d.look_ahead < d.carry AND EXISTS (
                                      -- By to_jsonb: a shop's data_bars may lack the column until it migrates.
                                      SELECT FROM public.data_bars AS b
                                      WHERE b.canonical_symbol = d.target_symbol AND b.timeframe = d.target_timeframe
                                        AND b.ts_utc > t.last_ts AND b.ts_utc <= t.last_ts + d.carry
                                          AND to_jsonb(b)->'raw'->'version' = ANY (v_carrying)
                                      UNION ALL
                                      SELECT FROM public.derived_data_bars AS b
                                      WHERE b.canonical_symbol = d.target_symbol AND b.timeframe = d.target_timeframe
                                        AND b.deleted_at IS NULL
                                        AND b.ts_utc > t.last_ts AND b.ts_utc <= t.last_ts + d.carry
                                          AND to_jsonb(b)->'raw'->'version' = ANY (v_carrying))
                                    THEN d.carry ELSE d.look_ahead END)) AS ranges
    FROM (SELECT DISTINCT c.symbols, c.timeframes, greatest(c.first_ts, lower(a.times)) AS first_ts,
      least(c.last_ts, upper(a.times)) AS last_ts
          FROM taken AS c, (SELECT dxy.derivable() AS times) AS a
          WHERE c.first_ts < upper(a.times) AND c.last_ts >= lower(a.times)) AS t
    JOIN dxy.dependency AS d ON d.input_symbol = ANY (t.symbols) AND d.input_timeframe = ANY (t.timeframes)
    GROUP BY 1, 2
  ), recorded AS (
    INSERT INTO dxy.due (symbol, timeframe, from_ts, to_ts, cause, recorded_at)
    SELECT t.target_symbol, t.target_timeframe, lower(r), upper(r), 'change', v_now
    FROM touched AS t, unnest(t.ranges) AS r
  ), lost AS (
    -- Bars that went may come back (a reload by DELETE and INSERT): a minute later it is looked at what didn't. Deriving knows
    -- how old they may be; a year at most.
    INSERT INTO dxy.due (symbol, timeframe, from_ts, to_ts, cause, recorded_at, retry_at)
    SELECT d.target_symbol, d.target_timeframe, dxy.bucket(d.target_timeframe, g.first_ts),
      dxy.bucket(d.target_timeframe, g.last_ts) + d.target_length + d.carry,
           'gone', v_now, max(g.recorded_at) + interval '1 minute'
    FROM (SELECT c.symbols, c.timeframes, c.recorded_at, greatest(c.first_ts, v_now - interval '8784 hours') AS first_ts,
      least(c.last_ts, v_now) AS last_ts
          FROM taken AS c
          WHERE c.gone AND c.last_ts >= v_now - interval '8784 hours' AND c.first_ts <= v_now) AS g
    JOIN dxy.dependency AS d ON d.input_symbol = ANY (g.symbols) AND d.input_timeframe = ANY (g.timeframes)
    GROUP BY 1, 2, 3, 4
  )
  SELECT count(*)::integer FROM taken INTO v_taken;
  RETURN v_taken;
END
$$;
