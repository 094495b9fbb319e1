-- Timeframes of the symbol $1 that the old table has bars of and the registry doesn't name, and buckets since reads were switched ($2) that
-- have minutes and, ten minutes after their end, no bar: timeframe, how many lack, the first.
WITH named AS (
  SELECT jsonb_array_elements_text(r.metadata->'derived_timeframes') AS name FROM public.core_asset_registry_all AS r
  WHERE r.canonical_symbol = $1 AND jsonb_typeof(r.metadata->'derived_timeframes') = 'array'
), bucket AS (
  SELECT DISTINCT t.name, dxy.bucket(t.name, n.ts_utc) AS at
  FROM named AS t, public.data_bars AS n
  WHERE n.canonical_symbol = $1 AND n.timeframe = '1m' AND NOT n.is_partial
    AND n.ts_utc >= dxy.bucket(t.name, $2::timestamptz) + dxy.length_of(t.name)
    AND n.ts_utc < dxy.bucket(t.name, dxy.now() - interval '10 minutes')
)
SELECT b.name, count(*), min(b.at) FROM bucket AS b
WHERE NOT EXISTS (SELECT FROM public.derived_data_bars AS d
                  WHERE d.canonical_symbol = $1 AND d.timeframe::text = b.name AND d.ts_utc = b.at AND d.deleted_at IS NULL)
GROUP BY b.name
UNION ALL
SELECT o.name, -1, NULL
FROM (SELECT DISTINCT d.timeframe::text AS name FROM public.derived_data_bars AS d
      WHERE d.canonical_symbol = $1 AND d.timeframe::text <> '1m' AND d.deleted_at IS NULL) AS o
WHERE o.name IN ('5m', '15m', '30m', '1h', '4h', '1d') AND o.name NOT IN (SELECT n.name FROM named AS n)
ORDER BY 1
