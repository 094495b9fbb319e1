-- What depends on what, read from the registry: an index on its components, a rollup on its symbol's 1m bars.
-- look_ahead: how long after an input's minute the target's bars may still depend on it (deriving version 2 carries closes forward).
CREATE OR REPLACE VIEW dxy.dependency AS
  SELECT component.symbol AS input_symbol, '1m'::text AS input_timeframe,
         r.canonical_symbol AS target_symbol, '1m'::text AS target_timeframe, interval '1 minute' AS target_length,
         CASE WHEN (r.metadata->>'deriving_version')::integer = 2
              THEN make_interval(mins => coalesce((r.metadata->>'max_age_minutes')::integer, 5))
              ELSE interval '0' END AS look_ahead
  FROM public.core_asset_registry_all AS r, jsonb_array_elements_text(r.metadata->'components') AS component(symbol)
  WHERE coalesce(r.active, true) AND (r.metadata->>'is_synthetic')::boolean AND jsonb_typeof(r.metadata->'components') = 'array'
UNION ALL
  SELECT r.canonical_symbol, coalesce(r.metadata->>'base_timeframe', '1m'), r.canonical_symbol, larger.timeframe, dxy.length_of(larger.timeframe),
         interval '0'
  FROM public.core_asset_registry_all AS r, jsonb_array_elements_text(r.metadata->'derived_timeframes') AS larger(timeframe)
  WHERE coalesce(r.active, true) AND jsonb_typeof(r.metadata->'derived_timeframes') = 'array' AND dxy.length_of(larger.timeframe) IS NOT NULL;
