-- Makes the history of every target due whose definition in the registry is new or changed. The version and the maximum age are left out
-- on purpose: changing them changes nothing stored. What a row leaves out of a definition is as published: a migration that
-- writes it out in a host's row, and takes it back, makes nothing due. A target that already holds bars when it is first seen
-- is adopted as it stands (the sweep tells what in it is missing). Returns how many targets were adopted.
CREATE OR REPLACE FUNCTION dxy.adopt_targets() RETURNS integer
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $$
DECLARE
  v_target record;
  v_adopted integer := 0;
  v_times tstzrange := dxy.derivable();
BEGIN
  PERFORM pg_advisory_xact_lock(21883, 1);

  -- Work for what the registry no longer asks for would wait for ever.
  DELETE FROM dxy.due AS d
  WHERE NOT EXISTS (SELECT FROM dxy.dependency AS p WHERE p.target_symbol = d.symbol AND p.target_timeframe = d.timeframe);
  FOR v_target IN
    SELECT t.symbol, t.timeframe, t.inputs, t.length, t.look_ahead, t.definition, a.symbol IS NULL AS first_seen
    FROM (
      SELECT d.target_symbol AS symbol, d.target_timeframe AS timeframe, d.target_length AS length,
             max(d.look_ahead) AS look_ahead, array_agg(d.input_symbol ORDER BY d.input_symbol) AS inputs,
             CASE WHEN d.target_timeframe = '1m'
                  THEN jsonb_build_object('factor', r.metadata->'factor', 'exponents', r.metadata->'exponents',
                                          'components', r.metadata->'components', 'since', r.metadata->'since',
                                          'periods', r.metadata->'periods')
                  ELSE jsonb_build_object('from', min(d.input_timeframe)) END AS definition
      FROM dxy.dependency AS d
      JOIN public.core_asset_registry_all AS r ON r.canonical_symbol = d.target_symbol
      GROUP BY d.target_symbol, d.target_timeframe, d.target_length, r.metadata
    ) AS t
    LEFT JOIN dxy.adopted AS a ON a.symbol = t.symbol AND a.timeframe = t.timeframe
    -- As in IndexDefinition.Dxy.
    CROSS JOIN LATERAL (
      SELECT CASE WHEN t.timeframe <> '1m' THEN '{}' ELSE '{"since": "1999-01-04T00:00:00Z"}'::jsonb ||
        CASE WHEN t.symbol <> 'DXY' THEN '{}' ELSE
               '{"factor": 50.14348112, "exponents": {"EURUSD": -0.576, "USDJPY": 0.136, "GBPUSD": -0.119,
                                                      "USDCAD": 0.091, "USDSEK": 0.042, "USDCHF": 0.036}}'::jsonb END END AS usual) AS p
    WHERE a.symbol IS NULL OR p.usual || jsonb_strip_nulls(a.definition) <> p.usual || jsonb_strip_nulls(t.definition)
  LOOP
    INSERT INTO dxy.due (symbol, timeframe, from_ts, to_ts, cause, recorded_at)
    SELECT v_target.symbol, v_target.timeframe, dxy.bucket(v_target.timeframe, greatest(min(h.first_ts), lower(v_times))),
           dxy.bucket(v_target.timeframe, least(max(h.last_ts), upper(v_times))) + v_target.length + v_target.look_ahead, 'definition',
             dxy.now()
    FROM unnest(v_target.inputs) AS i(symbol),
         LATERAL (SELECT least((SELECT min(b.ts_utc) FROM public.data_bars AS b WHERE b.canonical_symbol = i.symbol AND b.timeframe = '1m'),
                               (SELECT min(b.ts_utc) FROM public.derived_data_bars AS b
                                WHERE b.canonical_symbol = i.symbol AND b.timeframe = '1m' AND b.deleted_at IS NULL)) AS first_ts,
                         greatest((SELECT max(b.ts_utc) FROM public.data_bars AS b WHERE b.canonical_symbol = i.symbol
                           AND b.timeframe = '1m'),
                                  (SELECT max(b.ts_utc) FROM public.derived_data_bars AS b
                                   WHERE b.canonical_symbol = i.symbol AND b.timeframe = '1m' AND b.deleted_at IS NULL)) AS last_ts) AS h
    WHERE h.first_ts IS NOT NULL
      AND NOT (v_target.first_seen AND (
        EXISTS (SELECT FROM public.data_bars AS b WHERE b.canonical_symbol = v_target.symbol AND b.timeframe = v_target.timeframe)
        OR EXISTS (SELECT FROM public.derived_data_bars AS b
                   WHERE b.canonical_symbol = v_target.symbol AND b.timeframe = v_target.timeframe AND b.deleted_at IS NULL)))
    HAVING min(h.first_ts) < upper(v_times) AND max(h.last_ts) >= lower(v_times);

    INSERT INTO dxy.adopted (symbol, timeframe, definition, adopted_at)
    VALUES (v_target.symbol, v_target.timeframe, v_target.definition, dxy.now())
    ON CONFLICT (symbol, timeframe) DO UPDATE SET definition = excluded.definition, adopted_at = excluded.adopted_at;
    v_adopted := v_adopted + 1;
  END LOOP;

  UPDATE dxy.adopted AS a
  SET rule = r.rule, rule_since = CASE WHEN a.rule = '{}' THEN a.rule_since ELSE dxy.now() END
  FROM (SELECT g.canonical_symbol AS symbol,
               jsonb_build_object('version', coalesce(g.metadata->'deriving_version', '1'), 'max_age',
                 coalesce(g.metadata->'max_age_minutes', '5')) AS rule
        FROM public.core_asset_registry_all AS g) AS r
  WHERE a.symbol = r.symbol AND a.timeframe = '1m' AND a.rule <> r.rule;
  RETURN v_adopted;
END
$$;
