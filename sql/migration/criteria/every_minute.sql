-- $1 the symbol, $2 the run: open minutes that were sampled, those without a bar, and those of them for which every component has one. A minute needs two to be derived in.
WITH missing AS (
  SELECT s.at FROM dxy.run_sample AS s
  WHERE s.run = $2 AND s.open AND s.at < dxy.now() - interval '2 minutes'
    AND NOT EXISTS (SELECT FROM public.data_bars AS n WHERE n.canonical_symbol = $1 AND n.timeframe = '1m' AND n.ts_utc = s.at)
), component AS (
  SELECT jsonb_array_elements_text(r.metadata->'components') AS symbol FROM public.core_asset_registry_all AS r
  WHERE r.canonical_symbol = $1 AND jsonb_typeof(r.metadata->'components') = 'array'
)
SELECT (SELECT count(*) FROM dxy.run_sample AS s WHERE s.run = $2 AND s.open AND s.at < dxy.now() - interval '2 minutes'),
       (SELECT count(*) FROM missing),
       (SELECT count(*) FROM missing AS m
        WHERE NOT EXISTS (SELECT FROM component AS c WHERE NOT EXISTS (
          SELECT FROM public.data_bars AS i WHERE i.canonical_symbol = c.symbol AND i.timeframe = '1m' AND i.ts_utc = m.at AND NOT i.is_partial)))
