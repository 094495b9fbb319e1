-- Derives DXY 1m bars of [p_from_utc, p_to_utc) from its components' closes and stores what differs, for callers by RPC.
-- Installed into the first schema of the search path. One call goes on, a day at a time, for up to seven seconds (less under a shorter
-- statement_timeout; the setting dxy.call_seconds says otherwise). What it did stays done; what is left begins at "next".
-- Returns {"success", "inserted", "updated", "skipped", "version"} as the old function did, and besides: "error" (why it isn't a success),
-- "unchanged" (equal, or sampled by another program with the same close), "kept" (stored by another deriving version), "absent" (minutes
-- of the FX week without any input; holidays are among them), "complete", "next". "success" says that all of the range is done.
-- A caller's mistake and a fault that would come again are answered, with "sqlstate". Raised is only what is worth another try:
-- classes 40, 08, 53, 57 and 58, and 55P03; all that the call did is undone then.
-- SECURITY INVOKER: nobody can do by it what he may not do himself. Every name is qualified, and temporary tables are looked at last.
CREATE OR REPLACE FUNCTION calc_dxy_range_1m(p_from_utc timestamptz, p_to_utc timestamptz, p_derivation_version integer DEFAULT 1)
RETURNS jsonb
LANGUAGE plpgsql VOLATILE SECURITY INVOKER
SET search_path = pg_catalog, pg_temp
SET timezone = 'UTC'
-- Named here so that what the locks set for their transaction ends with this call.
SET lock_timeout = '10s'
SET idle_in_transaction_session_timeout = '30s'
-- A plan may be kept from when a table was small; every statement finds its bars by the key.
SET enable_seqscan = off
SET jit = off
AS $$
DECLARE
  c_page constant interval := interval '24 hours';
  -- 7 s: under the 8 s after which a common gateway ends a statement. A page that would probably not be done by then isn't begun.
  c_budget constant double precision := coalesce(nullif(current_setting('dxy.call_seconds', true), '')::double precision,
    least(7, nullif(extract(epoch FROM current_setting('statement_timeout')::interval)::double precision, 0) * 0.8));
  c_began constant timestamptz := clock_timestamp();
  v_writer constant text := coalesce(current_setting('dxy.writer', true), '');
  v_now timestamptz;
  v_mode text;
  v_registry record;
  v_symbols text[] := ARRAY['EURUSD', 'USDJPY', 'GBPUSD', 'USDCAD', 'USDSEK', 'USDCHF'];
  v_exponents double precision[] := ARRAY[-0.576, 0.136, -0.119, 0.091, 0.042, 0.036];
  v_factor double precision := 50.14348112;
  v_since timestamptz := '1999-01-04 00:00:00Z';
  v_from timestamptz;
  v_to timestamptz;
  v_end timestamptz;
  v_times timestamptz[];
  v_closes numeric[];
  v_raws jsonb[];
  v_skipped integer;
  v_absent integer;
  v_table text;
  v_outcomes text[];
  v_wanted integer;
  v_written integer;
  v_done integer;
  v_page timestamptz;
  v_longest double precision := 0;
  v_error text;
  v_state text;
  v_lacking text;
  n_inserted integer := 0;
  n_updated integer := 0;
  n_skipped integer := 0;
  n_unchanged integer := 0;
  n_kept integer := 0;
  n_absent integer := 0;
BEGIN
  SELECT w.state, w.message INTO v_state, v_error
  FROM (VALUES
    (p_from_utc IS NULL OR p_to_utc IS NULL OR p_derivation_version IS NULL, '22004', 'no argument may be null'),
    (NOT isfinite(p_from_utc) OR NOT isfinite(p_to_utc), '22007', format('the range %s to %s is infinite', p_from_utc, p_to_utc)),
    (p_from_utc >= p_to_utc, '22023', format('the range has to begin before it ends, but %s is not before %s', p_from_utc, p_to_utc)),
    (p_to_utc > p_from_utc + interval '100 years', '22023', format('the range %s to %s is longer than 100 years', p_from_utc, p_to_utc)),
    (p_derivation_version <> 1, '0A000', format('it derives by version 1, not %s', p_derivation_version)),
    -- Under another isolation the inputs would be those from before the wait for the lock.
    (current_setting('transaction_isolation') <> 'read committed', '25001',
      format('it has to be called under READ COMMITTED, not %s', upper(current_setting('transaction_isolation'))))
  ) AS w(wrong, state, message)
  WHERE w.wrong LIMIT 1;
  IF v_error IS NOT NULL THEN
    RETURN jsonb_build_object('success', false, 'error', 'calc_dxy_range_1m: ' || v_error, 'sqlstate', v_state, 'inserted', 0, 'updated', 0,
      'skipped', 0, 'version', p_derivation_version, 'complete', false, 'next', NULL);
  END IF;

  BEGIN
    -- Each in a statement of its own; what is read below is read after the wait.
    PERFORM dxy.lock_target('DXY', '1m');
    PERFORM dxy.hold_route('DXY');
    v_now := dxy.now();
    v_mode := coalesce((SELECT r.mode FROM dxy.route AS r WHERE r.symbol = 'DXY'), 'new');
    v_table := CASE v_mode WHEN 'new' THEN 'data_bars' ELSE 'derived_data_bars' END;

    SELECT r.metadata, coalesce(r.active, true) AS active INTO v_registry
    FROM public.core_asset_registry_all AS r WHERE r.canonical_symbol = 'DXY';
    IF FOUND THEN
      IF NOT v_registry.active THEN
        RAISE EXCEPTION USING ERRCODE = '55000', MESSAGE = 'DXY is not active in core_asset_registry_all';
      END IF;
      IF jsonb_typeof(v_registry.metadata->'components') = 'array' AND v_registry.metadata ? 'factor'
        AND v_registry.metadata ? 'exponents' THEN
        SELECT array_agg(c.symbol ORDER BY c.n), array_agg((v_registry.metadata->'exponents'->>c.symbol)::double precision ORDER BY c.n)
        INTO v_symbols, v_exponents
        FROM jsonb_array_elements_text(v_registry.metadata->'components') WITH ORDINALITY AS c(symbol, n);
        v_factor := (v_registry.metadata->>'factor')::double precision;
      ELSIF jsonb_typeof(v_registry.metadata->'components') = 'array'
        AND NOT (v_registry.metadata->'components' @> to_jsonb(v_symbols) AND v_registry.metadata->'components' <@ to_jsonb(v_symbols)) THEN
        v_exponents := NULL;
      END IF;
      v_since := coalesce((v_registry.metadata->>'since')::timestamptz, v_since);
      IF jsonb_typeof(v_registry.metadata->'periods') = 'array' AND jsonb_array_length(v_registry.metadata->'periods') > 0 THEN
        RAISE EXCEPTION USING ERRCODE = '55000',
          MESSAGE = 'DXY in core_asset_registry_all has periods of other weights, which this function doesn''t know';
      END IF;
      IF v_exponents IS NULL OR array_position(v_exponents, NULL) IS NOT NULL OR v_factor IS NULL OR NOT v_factor > 0 THEN
        RAISE EXCEPTION USING ERRCODE = '55000',
          MESSAGE = 'DXY in core_asset_registry_all lacks a factor above zero or an exponent for a component';
      END IF;
    END IF;

    SELECT string_agg(s.symbol, ', ') INTO v_lacking FROM unnest(v_symbols) AS s(symbol)
    WHERE NOT EXISTS (SELECT FROM public.data_bars AS d WHERE d.canonical_symbol = s.symbol AND d.timeframe = '1m');
    IF v_lacking IS NOT NULL THEN
      RAISE EXCEPTION USING ERRCODE = '55000', MESSAGE = format('public.data_bars has no 1m bar of %s', v_lacking);
    END IF;

    -- Whole, closed minutes.
    v_from := greatest(date_bin('1 minute', p_from_utc + interval '1 minute' - interval '1 microsecond', '2000-01-01 00:00:00Z'), v_since);
    v_to := least(date_bin('1 minute', p_to_utc + interval '1 minute' - interval '1 microsecond', '2000-01-01 00:00:00Z'),
                  date_bin('1 minute', v_now, '2000-01-01 00:00:00Z'));
    IF p_from_utc > v_now + interval '1 minute' THEN
      RAISE EXCEPTION USING ERRCODE = '22023',
        MESSAGE = format('the range begins at %s, and it is %s: is its time zone right?', p_from_utc, v_now);
    END IF;
  EXCEPTION WHEN OTHERS THEN
    IF SQLSTATE ~ '^(40|08|53|57|58)' OR SQLSTATE = '55P03' THEN
      RAISE;
    END IF;
    RETURN jsonb_build_object('success', false, 'error', 'calc_dxy_range_1m: ' || SQLERRM, 'sqlstate', SQLSTATE,
      'inserted', 0, 'updated', 0, 'skipped', 0, 'version', p_derivation_version, 'complete', false,
      'next', to_char(p_from_utc, 'YYYY-MM-DD"T"HH24:MI:SS"Z"'));
  END;

  <<pages>>
  WHILE v_from < v_to LOOP
    v_page := clock_timestamp();
    EXIT WHEN v_longest > 0 AND extract(epoch FROM v_page - c_began) + v_longest > c_budget;
    BEGIN
      -- A page begins where there is something.
      v_end := (SELECT min(b.first_ts)
                FROM unnest(v_symbols) AS s(symbol),
                     LATERAL (SELECT min(d.ts_utc) AS first_ts FROM public.data_bars AS d
                              WHERE d.canonical_symbol = s.symbol AND d.timeframe = '1m' AND d.ts_utc >= v_from AND d.ts_utc < v_to) AS b);
      IF v_end IS NULL THEN
        v_from := v_to;
        EXIT pages;
      END IF;
      v_from := v_end;
      v_end := least(v_from + c_page, v_to);
      v_written := 0;
      v_done := 0;

      -- A close counts when it is final and a number above zero (NaN sorts above every number); of a pair that has two in a minute,
      -- neither.
      WITH closes AS MATERIALIZED (
        SELECT d.ts_utc, s.n, s.symbol, s.exponent, d.close::double precision AS close
        FROM unnest(v_symbols, v_exponents) WITH ORDINALITY AS s(symbol, exponent, n)
        JOIN public.data_bars AS d ON d.canonical_symbol = s.symbol
        WHERE d.timeframe = '1m' AND d.ts_utc >= v_from AND d.ts_utc < v_end AND NOT d.is_partial
          AND d.close > 0 AND d.close < 'Infinity' AND d.ts_utc = date_bin('1 minute', d.ts_utc, '2000-01-01 00:00:00Z')
      ), minutes AS MATERIALIZED (
        SELECT c.ts_utc, count(*) = cardinality(v_symbols) AND count(DISTINCT c.n) = cardinality(v_symbols) AS whole,
               v_factor * exp(sum(c.exponent * ln(c.close) ORDER BY c.n)) * 1e8 AS scaled,
               jsonb_build_object('kind', 'dxy', 'version', 1, 'inputs', jsonb_object_agg(c.symbol, c.close::numeric)) AS raw
        FROM closes AS c
        GROUP BY c.ts_utc
      )
      -- Half away from zero at eight places, exactly: a cast of a double keeps fifteen digits and would round twice.
      SELECT array_agg(m.ts_utc ORDER BY m.ts_utc) FILTER (WHERE m.whole),
             array_agg((floor(m.scaled) + CASE WHEN m.scaled - floor(m.scaled) >= 0.5 THEN 1 ELSE 0 END)::bigint * 0.00000001
                       ORDER BY m.ts_utc) FILTER (WHERE m.whole),
             array_agg(m.raw ORDER BY m.ts_utc) FILTER (WHERE m.whole),
             count(*) FILTER (WHERE NOT m.whole),
             (SELECT count(*) FROM generate_series(v_from, v_end - interval '1 minute', interval '1 minute') AS g(ts),
                     LATERAL (SELECT g.ts AT TIME ZONE 'America/New_York' AS ny) AS l
              WHERE extract(dow FROM l.ny + interval '7 hours') BETWEEN 1 AND 5 AND g.ts NOT IN (SELECT c.ts_utc FROM closes AS c))
      INTO v_times, v_closes, v_raws, v_skipped, v_absent
      FROM minutes AS m;

      -- What another program sampled within a minute can't be derived again: where the close agrees it stands.
      IF v_times IS NOT NULL THEN
        SELECT array_agg(
                 CASE WHEN s.close IS NULL THEN 'n'
                      WHEN (s.open, s.high, s.low, s.close, s.vol, s.vwap, s.trade_count, s.is_partial)
                           IS NOT DISTINCT FROM (i.close, i.close, i.close, i.close, 0::numeric, NULL::numeric, 0, false)
                           AND CASE WHEN jsonb_typeof(s.raw) = 'object' THEN s.raw - '{migration,orig_source,orig_version}'::text[]
                             ELSE s.raw END = i.raw THEN 'e'
                      WHEN jsonb_typeof(s.raw->'inputs') IS DISTINCT FROM 'object' AND NOT s.is_partial AND s.close = i.close THEN 'e'
                      WHEN jsonb_typeof(s.raw->'inputs') = 'object' AND s.raw->'version' <> '1' THEN 'k'
                      ELSE 'c' END ORDER BY i.n)
        INTO v_outcomes
        FROM unnest(v_times, v_closes, v_raws) WITH ORDINALITY AS i(ts, close, raw, n)
        LEFT JOIN LATERAL (
          (SELECT d.open, d.high, d.low, d.close, d.vol, d.vwap, d.trade_count, d.is_partial, d.raw FROM public.derived_data_bars AS d
           WHERE v_table = 'derived_data_bars'
             AND d.canonical_symbol = 'DXY' AND d.timeframe = '1m' AND d.ts_utc = i.ts AND d.deleted_at IS NULL
           ORDER BY d.derivation_version DESC NULLS LAST, d.updated_at DESC NULLS LAST, d.ctid DESC LIMIT 1)
          UNION ALL
          (SELECT d.open, d.high, d.low, d.close, d.vol, d.vwap, d.trade_count, d.is_partial, d.raw FROM public.data_bars AS d
           WHERE v_table = 'data_bars' AND d.canonical_symbol = 'DXY' AND d.timeframe = '1m' AND d.ts_utc = i.ts LIMIT 1)
        ) AS s ON true;
        v_wanted := cardinality(array_remove(array_remove(v_outcomes, 'e'), 'k'));

        IF v_wanted > 0 AND v_table = 'data_bars' THEN
          UPDATE public.data_bars AS d
          SET open = i.close, high = i.close, low = i.close, close = i.close, vol = 0, vwap = NULL, trade_count = 0, is_partial = false,
              source = 'synthetic', ingested_at = v_now, raw = i.raw, updated_at = v_now
          FROM unnest(v_times, v_closes, v_raws, v_outcomes) AS i(ts, close, raw, outcome)
          WHERE i.outcome = 'c' AND d.canonical_symbol = 'DXY' AND d.timeframe = '1m' AND d.ts_utc = i.ts;
          GET DIAGNOSTICS v_written = ROW_COUNT;
          INSERT INTO public.data_bars (canonical_symbol, timeframe, ts_utc, open, high, low, close, vol, vwap, trade_count, is_partial,
                                        source, ingested_at, raw, created_at, updated_at)
          SELECT 'DXY', '1m', i.ts, i.close, i.close, i.close, i.close, 0, NULL, 0, false, 'synthetic', v_now, i.raw, v_now, v_now
          FROM unnest(v_times, v_closes, v_raws, v_outcomes) AS i(ts, close, raw, outcome)
          WHERE i.outcome = 'n' ORDER BY i.ts
          ON CONFLICT DO NOTHING;
          GET DIAGNOSTICS v_done = ROW_COUNT;
        ELSIF v_wanted > 0 THEN
          UPDATE public.derived_data_bars AS d
          SET open = i.close, high = i.close, low = i.close, close = i.close, vol = 0, vwap = NULL, trade_count = 0, is_partial = false,
              source = 'synthetic', ingested_at = v_now, raw = i.raw, updated_at = v_now
          FROM unnest(v_times, v_closes, v_raws, v_outcomes) AS i(ts, close, raw, outcome),
               LATERAL (SELECT w.tableoid AS part, w.ctid AS place FROM public.derived_data_bars AS w
                        WHERE w.canonical_symbol = 'DXY' AND w.timeframe = '1m' AND w.ts_utc = i.ts AND w.deleted_at IS NULL
                        ORDER BY w.derivation_version DESC NULLS LAST, w.updated_at DESC NULLS LAST, w.ctid DESC LIMIT 1) AS w
          WHERE i.outcome = 'c' AND d.tableoid = w.part AND d.ctid = w.place
            AND d.canonical_symbol = 'DXY' AND d.timeframe = '1m' AND d.ts_utc = i.ts AND d.deleted_at IS NULL;
          GET DIAGNOSTICS v_written = ROW_COUNT;
          INSERT INTO public.derived_data_bars (canonical_symbol, timeframe, ts_utc, open, high, low, close, vol, vwap, trade_count,
            is_partial,
                                                source, ingested_at, raw, created_at, updated_at, derivation_version)
          SELECT 'DXY', '1m', i.ts, i.close, i.close, i.close, i.close, 0, NULL, 0, false, 'synthetic', v_now, i.raw, v_now, v_now, 1
          FROM unnest(v_times, v_closes, v_raws, v_outcomes) AS i(ts, close, raw, outcome)
          WHERE i.outcome = 'n' ORDER BY i.ts
          ON CONFLICT DO NOTHING;
          GET DIAGNOSTICS v_done = ROW_COUNT;
        END IF;
        IF v_wanted > 0 AND v_written + v_done <> v_wanted THEN
          RAISE EXCEPTION USING ERRCODE = '40001',
            MESSAGE = format('another program wrote a bar of DXY to %s at the same time', v_table), HINT = 'Call it again.';
        END IF;

        -- The old table is written first, like by every writer here; then the new one is made to say the same.
        IF v_mode IN ('both', 'both_read_new') THEN
          PERFORM dxy.mirror_bars('DXY', v_times);
        END IF;
      END IF;

      v_from := v_end;
      n_inserted := n_inserted + coalesce(cardinality(array_positions(v_outcomes, 'n')), 0);
      n_updated := n_updated + coalesce(cardinality(array_positions(v_outcomes, 'c')), 0);
      n_unchanged := n_unchanged + coalesce(cardinality(array_positions(v_outcomes, 'e')), 0);
      n_kept := n_kept + coalesce(cardinality(array_positions(v_outcomes, 'k')), 0);
      n_skipped := n_skipped + v_skipped;
      n_absent := n_absent + v_absent;
      v_outcomes := NULL;
    EXCEPTION WHEN OTHERS THEN
      IF SQLSTATE ~ '^(40|08|53|57|58)' OR SQLSTATE = '55P03' THEN
        RAISE;
      END IF;
      v_error := SQLERRM;
      v_state := SQLSTATE;
      EXIT pages;
    END;
    v_longest := greatest(v_longest, extract(epoch FROM clock_timestamp() - v_page));
  END LOOP;

  -- The caller's own writes after this call are not ours.
  PERFORM set_config('dxy.writer', v_writer, true);
  RETURN jsonb_strip_nulls(jsonb_build_object(
    'success', v_error IS NULL AND v_from >= v_to,
    'error', CASE WHEN v_error IS NOT NULL THEN format('calc_dxy_range_1m, from %s on: %s', to_char(v_from, 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
      v_error)
                  WHEN v_from < v_to THEN 'calc_dxy_range_1m: not all of the range is done within a call; call again from "next"' END,
    'sqlstate', v_state)) || jsonb_build_object(
    'inserted', n_inserted, 'updated', n_updated, 'skipped', n_skipped, 'version', p_derivation_version,
    'unchanged', n_unchanged, 'kept', n_kept, 'absent', n_absent,
    'complete', v_error IS NULL AND v_from >= v_to,
    'next', CASE WHEN v_from < v_to THEN to_char(v_from, 'YYYY-MM-DD"T"HH24:MI:SS"Z"') END);
END
$$
