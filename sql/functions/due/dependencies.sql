-- What depends on what, read from the registry: an index on its components, a rollup on its symbol's 1m bars.
-- look_ahead: how long after an input's minute the target's bars may still depend on it (some deriving versions carry closes forward);
-- carry: how long those that were derived by such a version do, whichever version the index has now.
-- A registry row that makes no sense is left out: no cast here may fail, or one bad row would stop everybody's changes.
CREATE OR REPLACE VIEW dxy.dependency AS
  SELECT component.symbol AS input_symbol, '1m'::text AS input_timeframe,
         r.canonical_symbol AS target_symbol, '1m'::text AS target_timeframe, interval '1 minute' AS target_length,
         CASE WHEN r.metadata->'deriving_version' IN (SELECT to_jsonb(v.version) FROM dxy.deriving_rule AS v WHERE v.carries_closes)
              THEN age.carry ELSE interval '0' END AS look_ahead,
         age.carry
  FROM public.core_asset_registry_all AS r,
       jsonb_array_elements_text(CASE WHEN jsonb_typeof(r.metadata->'components') = 'array' THEN r.metadata->'components'
         ELSE '[]' END) AS component(symbol),
       -- A component's own maximum, else that of all.
       LATERAL (SELECT CASE WHEN jsonb_typeof(r.metadata->'max_ages') = 'object' THEN r.metadata->'max_ages'->component.symbol END AS own,
                  r.metadata->'max_age_minutes' AS usual) AS minutes,
       LATERAL (SELECT CASE WHEN jsonb_typeof(minutes.own) = 'number' THEN minutes.own::numeric
                            WHEN jsonb_typeof(minutes.usual) = 'number' THEN minutes.usual::numeric ELSE 5 END AS minutes) AS age_of,
       LATERAL (SELECT least(greatest(floor(age_of.minutes), 0), 1440) * interval '1 minute' AS carry) AS age
  WHERE coalesce(r.active, true) AND r.metadata->'is_synthetic' = 'true' AND r.canonical_symbol ~ '^[A-Z][A-Z0-9._]{2,15}$'
UNION ALL
  SELECT r.canonical_symbol, '1m', r.canonical_symbol, larger.timeframe, dxy.length_of(larger.timeframe), interval '0',
         interval '0'
  FROM public.core_asset_registry_all AS r,
       jsonb_array_elements_text(CASE WHEN jsonb_typeof(r.metadata->'derived_timeframes') = 'array' THEN r.metadata->'derived_timeframes'
         ELSE '[]' END)
         AS larger(timeframe)
  WHERE coalesce(r.active, true) AND larger.timeframe <> '1m' AND dxy.length_of(larger.timeframe) IS NOT NULL
    AND r.canonical_symbol ~ '^[A-Z][A-Z0-9._]{2,15}$';
