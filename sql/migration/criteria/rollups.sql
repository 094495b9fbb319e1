-- $1 the symbol, $2 and $3 from and as of: of each timeframe the buckets that have minutes (one is given to write them), those without
-- their bar, the newest there could be and the newest there is.
WITH timeframe AS (
  SELECT jsonb_array_elements_text(r.metadata->'derived_timeframes') AS name FROM public.core_asset_registry_all AS r
  WHERE r.canonical_symbol = $1 AND jsonb_typeof(r.metadata->'derived_timeframes') = 'array'
), expected AS (
  SELECT DISTINCT t.name, dxy.bucket(t.name, n.ts_utc) AS bucket
  FROM timeframe AS t, public.data_bars AS n
  WHERE n.canonical_symbol = $1 AND n.timeframe = '1m' AND n.ts_utc >= $2 AND n.ts_utc < dxy.bucket(t.name, $3 - interval '1 minute')
), judged AS (
  SELECT e.name, e.bucket, EXISTS (SELECT FROM public.derived_data_bars AS d
    WHERE d.canonical_symbol = $1 AND d.timeframe = e.name AND d.ts_utc = e.bucket AND d.deleted_at IS NULL) AS stands
  FROM expected AS e
)
SELECT t.name AS timeframe, count(j.bucket) AS buckets, count(j.bucket) FILTER (WHERE NOT j.stands) AS lacking,
       min(j.bucket) FILTER (WHERE NOT j.stands) AS first_lacking, max(j.bucket) AS newest_expected,
         max(j.bucket) FILTER (WHERE j.stands) AS newest
FROM timeframe AS t LEFT JOIN judged AS j ON j.name = t.name
GROUP BY t.name ORDER BY t.name
