-- Dual write: the new table is made to say what the old one says of these minutes. Written by whoever has just written the old
-- table, in the same transaction: our deriver, or another program through the mirror triggers. The old table's winner among
-- several active versions is the newest version. One plan for all calls: planning anew for each array of times costs a one-row
-- write more than the write.
CREATE OR REPLACE FUNCTION dxy.mirror_bars(p_symbol text, p_times timestamptz[]) RETURNS void
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
SET jit = off
SET enable_seqscan = off
SET plan_cache_mode = force_generic_plan
AS $$
DECLARE
  v_run text := (SELECT w.run FROM dxy.watched AS w WHERE w.symbol = p_symbol);
  v_now timestamptz := dxy.now();
BEGIN
  -- Where it was decided that the new table's bar stays, it does.
  IF EXISTS (SELECT FROM dxy.run_conflict AS c WHERE c.run = v_run AND c.ts_utc = ANY (p_times) AND c.resolution = 'keep_target') THEN
    p_times := ARRAY(SELECT k.ts FROM unnest(p_times) AS k(ts)
                     WHERE NOT EXISTS (SELECT FROM dxy.run_conflict AS c WHERE c.run = v_run AND c.ts_utc = k.ts
                       AND c.resolution = 'keep_target'));
  END IF;
  DELETE FROM public.data_bars AS b
  WHERE b.canonical_symbol = p_symbol AND b.timeframe = '1m' AND b.ts_utc = ANY (p_times)
    AND NOT EXISTS (SELECT FROM public.derived_data_bars AS d
                    WHERE d.canonical_symbol = p_symbol AND d.timeframe = '1m' AND d.ts_utc = b.ts_utc AND d.deleted_at IS NULL);

  INSERT INTO public.data_bars AS b (canonical_symbol, timeframe, ts_utc, open, high, low, close, vol, vwap, trade_count, is_partial,
                                     source, ingested_at, raw, created_at, updated_at)
  SELECT p_symbol, '1m', w.ts_utc, w.open, w.high, w.low, w.close, w.vol, w.vwap, w.trade_count, w.is_partial,
         'synthetic', w.ingested_at,
         -- What we derived tells its inputs itself; of others' rows it is kept where they came from.
         CASE WHEN jsonb_typeof(w.raw->'inputs') = 'object' THEN w.raw
              ELSE coalesce(w.raw, '{}') || jsonb_build_object('migration', v_run, 'orig_source', w.source, 'orig_version',
                w.derivation_version) END,
         v_now, v_now
  FROM unnest(p_times) AS k(ts),
       LATERAL (SELECT * FROM public.derived_data_bars AS d
                WHERE d.canonical_symbol = p_symbol AND d.timeframe = '1m' AND d.ts_utc = k.ts AND d.deleted_at IS NULL
                ORDER BY d.derivation_version DESC, d.updated_at DESC NULLS LAST, d.ctid DESC LIMIT 1) AS w
  ORDER BY w.ts_utc
  ON CONFLICT (canonical_symbol, timeframe, ts_utc) DO UPDATE
  SET open = excluded.open, high = excluded.high, low = excluded.low, close = excluded.close, vol = excluded.vol, vwap = excluded.vwap,
      trade_count = excluded.trade_count, is_partial = excluded.is_partial, source = excluded.source, ingested_at = excluded.ingested_at,
      raw = excluded.raw, updated_at = excluded.updated_at
  WHERE (b.open, b.high, b.low, b.close, b.vol, b.vwap, b.trade_count, b.is_partial, b.raw->'inputs')
        IS DISTINCT FROM (excluded.open, excluded.high, excluded.low, excluded.close, excluded.vol, excluded.vwap, excluded.trade_count,
                          excluded.is_partial, excluded.raw->'inputs');
END
$$;

-- The functions of the mirror triggers, for old writers that go on during a migration. SECURITY DEFINER, owned by dxy_mirror,
-- which may write the symbol's bars and nothing else: the old writer needs no right on the new table. They hold the route like
-- every writer, so that a flip waits for them and they see the flip. The one of a statement's trigger brings all minutes of a
-- statement over at once; the one of a row's is for writers that fire no other (see capture/row.sql).
CREATE OR REPLACE FUNCTION dxy.mirror_minutes(p_symbol text, p_times timestamptz[]) RETURNS void
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $$
BEGIN
  PERFORM pg_advisory_xact_lock_shared(21882, hashtext(p_symbol));
  IF EXISTS (SELECT FROM dxy.route AS r WHERE r.symbol = p_symbol AND r.mode IN ('both', 'both_read_new')) THEN
    PERFORM dxy.mirror_bars(p_symbol, p_times);
  END IF;
END
$$;

CREATE OR REPLACE FUNCTION dxy.mirror_statement() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET jit = off
SET work_mem = '16MB'
AS $$
DECLARE
  v_key record;
BEGIN
  -- Ours write both tables themselves.
  IF current_setting('dxy.writer', true) IN ('own', 'move') THEN
    RETURN NULL;
  END IF;
  IF tg_op = 'INSERT' THEN
    FOR v_key IN
      SELECT r.canonical_symbol AS symbol, array_agg(DISTINCT r.ts_utc) AS times FROM new_rows AS r JOIN dxy.watched AS w
        ON w.symbol = r.canonical_symbol
      WHERE r.timeframe = '1m' AND r.ts_utc IS NOT NULL GROUP BY 1 ORDER BY 1
    LOOP
      PERFORM dxy.mirror_minutes(v_key.symbol, v_key.times);
    END LOOP;
  ELSIF tg_op = 'DELETE' THEN
    FOR v_key IN
      SELECT r.canonical_symbol AS symbol, array_agg(DISTINCT r.ts_utc) AS times FROM old_rows AS r JOIN dxy.watched AS w
        ON w.symbol = r.canonical_symbol
      WHERE r.timeframe = '1m' AND r.ts_utc IS NOT NULL GROUP BY 1 ORDER BY 1
    LOOP
      PERFORM dxy.mirror_minutes(v_key.symbol, v_key.times);
    END LOOP;
  ELSE
    FOR v_key IN
      SELECT r.canonical_symbol AS symbol, array_agg(DISTINCT r.ts_utc) AS times
      FROM (SELECT canonical_symbol, timeframe, ts_utc FROM new_rows UNION ALL SELECT canonical_symbol, timeframe, ts_utc
        FROM old_rows) AS r
      JOIN dxy.watched AS w ON w.symbol = r.canonical_symbol
      WHERE r.timeframe = '1m' AND r.ts_utc IS NOT NULL GROUP BY 1 ORDER BY 1
    LOOP
      PERFORM dxy.mirror_minutes(v_key.symbol, v_key.times);
    END LOOP;
  END IF;
  RETURN NULL;
END
$$;

CREATE OR REPLACE FUNCTION dxy.mirror() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $$
DECLARE
  v_key record;
BEGIN
  -- Ours write both tables themselves.
  IF current_setting('dxy.writer', true) IN ('own', 'move') THEN
    RETURN NULL;
  END IF;
  FOR v_key IN
    SELECT DISTINCT k.symbol, k.ts
    FROM (VALUES (CASE WHEN tg_op <> 'INSERT' THEN old.canonical_symbol END, CASE WHEN tg_op <> 'INSERT' THEN old.timeframe END,
      CASE WHEN tg_op <> 'INSERT' THEN old.ts_utc END),
                 (CASE WHEN tg_op <> 'DELETE' THEN new.canonical_symbol END, CASE WHEN tg_op <> 'DELETE' THEN new.timeframe END,
                   CASE WHEN tg_op <> 'DELETE' THEN new.ts_utc END))
         AS k(symbol, timeframe, ts)
    JOIN dxy.watched AS w ON w.symbol = k.symbol
    WHERE k.timeframe = '1m' AND k.ts IS NOT NULL
  LOOP
    PERFORM dxy.mirror_minutes(v_key.symbol, ARRAY[v_key.ts]);
  END LOOP;
  RETURN NULL;
END
$$;
