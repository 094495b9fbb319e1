-- $1 the symbol, $2 as of: of each timeframe the newest bucket there could be (a minute is given to write it) and the newest there is.
WITH timeframe AS (
  SELECT jsonb_array_elements_text(r.metadata->'derived_timeframes') AS name FROM public.core_asset_registry_all AS r
  WHERE r.canonical_symbol = $1 AND jsonb_typeof(r.metadata->'derived_timeframes') = 'array'
)
SELECT t.name,
       (SELECT dxy.bucket(t.name, max(n.ts_utc)) FROM public.data_bars AS n
        WHERE n.canonical_symbol = $1 AND n.timeframe = '1m' AND n.ts_utc < dxy.bucket(t.name, $2 - interval '1 minute')),
       (SELECT max(d.ts_utc) FROM public.derived_data_bars AS d
        WHERE d.canonical_symbol = $1 AND d.timeframe = t.name AND d.deleted_at IS NULL AND d.ts_utc < $2)
FROM timeframe AS t
ORDER BY t.name
