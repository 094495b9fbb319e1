-- Derives an index's minute in the transaction that has just stored the minute's last component, so that both are committed at
-- once. True when it did. Only the plain case: a rule that makes a minute of its own closes, a minute that has ended and has
-- no bar yet, closes and definition as the caller took them to be. Everything else is for the deriver, which looks at each
-- minute anyway: the changes recorded here are not taken away. As for every deriver: the lock of the target's week, the
-- route's, then the inputs in a later statement. But nobody's answer may wait long for a lock because of an index: a deriver
-- that passes over a minute is waited for, one that works on bulk is not. volatile: each statement sees what is committed by then.
CREATE OR REPLACE FUNCTION dxy.ride(
  p_symbol text, p_ts timestamptz, p_metadata text, p_components text[], p_closes numeric[], p_level numeric, p_raw jsonb) RETURNS boolean
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $$
DECLARE
  v_mode text;
  v_now timestamptz;
  v_rows integer;
BEGIN
  -- Without a transaction id nothing was stored: the bars were there already, and whoever stored them had the minute derived.
  IF pg_current_xact_id_if_assigned() IS NULL THEN
    RETURN false;
  END IF;

  PERFORM set_config('dxy.writer', 'own', true), set_config('lock_timeout', '20ms', true);
  PERFORM pg_advisory_xact_lock_shared(21881, hashtext(p_symbol || '/1m')),
          pg_advisory_xact_lock(21884, dxy.week_key(p_symbol, '1m', dxy.week_of(p_ts))),
          pg_advisory_xact_lock_shared(21882, hashtext(p_symbol));
  v_now := dxy.now();
  IF p_ts + interval '1 minute' > v_now
     OR (SELECT r.metadata::text FROM public.core_asset_registry_all AS r WHERE r.canonical_symbol = p_symbol) IS DISTINCT FROM p_metadata
     -- A look-up a component, whatever the planner believes of the table.
     OR NOT (SELECT bool_and(coalesce((SELECT b.close = i.close AND NOT b.is_partial FROM public.data_bars AS b
                                       WHERE b.canonical_symbol = i.symbol AND b.timeframe = '1m' AND b.ts_utc = p_ts LIMIT 1), false))
             FROM unnest(p_components, p_closes) AS i(symbol, close)) THEN
    RETURN false;
  END IF;

  v_mode := coalesce((SELECT r.mode FROM dxy.route AS r WHERE r.symbol = p_symbol), 'new');
  IF v_mode = 'new' THEN
    INSERT INTO public.data_bars (canonical_symbol, timeframe, ts_utc, open, high, low, close, vol, vwap, trade_count, is_partial,
                                  source, ingested_at, raw, created_at, updated_at)
    VALUES (p_symbol, '1m', p_ts, p_level, p_level, p_level, p_level, 0, NULL, 0, false, 'synthetic', v_now, p_raw, v_now, v_now)
    ON CONFLICT DO NOTHING;
    RETURN FOUND;
  END IF;

  -- As the deriver does: the old table first, and the new one made to say the same. Neither may hold the bar: which of two
  -- stands is the deriver's to judge.
  INSERT INTO public.derived_data_bars (canonical_symbol, timeframe, ts_utc, open, high, low, close, vol, vwap, trade_count, is_partial,
                                        source, ingested_at, raw, created_at, updated_at, derivation_version)
  SELECT p_symbol, '1m', p_ts, p_level, p_level, p_level, p_level, 0, NULL, 0, false, 'synthetic', v_now, p_raw, v_now, v_now,
    (p_raw->>'version')::integer
  WHERE NOT EXISTS (SELECT FROM public.derived_data_bars AS d WHERE d.canonical_symbol = p_symbol AND d.timeframe = '1m' AND d.ts_utc = p_ts
    AND d.deleted_at IS NULL)
    AND NOT EXISTS (SELECT FROM public.data_bars AS b WHERE b.canonical_symbol = p_symbol AND b.timeframe = '1m' AND b.ts_utc = p_ts)
    AND NOT EXISTS (SELECT FROM dxy.soft_deleted(p_symbol, '1m', p_ts, p_ts + interval '1 minute'))
  ON CONFLICT DO NOTHING;
  GET DIAGNOSTICS v_rows = ROW_COUNT;
  IF v_rows > 0 AND v_mode <> 'legacy' THEN
    PERFORM dxy.mirror_bars(p_symbol, ARRAY[p_ts]);
  END IF;
  RETURN v_rows > 0;
EXCEPTION WHEN OTHERS THEN
  -- The components' bars don't fail because of an index. The deriver meets whatever it was again, and tells.
  RETURN false;
END
$$;
