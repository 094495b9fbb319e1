-- Both tables' bars of the symbol as they stand: counts, span, sources, and a checksum a day over typed values: NULL is no 0, and 1.0 is 1.
WITH bars AS (
  SELECT 'data_bars' AS name, b.ts_utc, b.source, false AS deleted, 0 AS version, b.open, b.high, b.low, b.close, b.vol, b.vwap,
    b.trade_count, b.is_partial
  FROM public.data_bars AS b WHERE b.canonical_symbol = $1 AND b.timeframe = '1m' AND b.ts_utc < $2
  UNION ALL
  SELECT 'derived_data_bars', b.ts_utc, b.source, b.deleted_at IS NOT NULL, b.derivation_version, b.open, b.high, b.low, b.close, b.vol,
    b.vwap, b.trade_count, b.is_partial
  FROM public.derived_data_bars AS b WHERE b.canonical_symbol = $1 AND b.timeframe = '1m' AND b.ts_utc < $2
), days AS (
  SELECT b.name, to_char(b.ts_utc AT TIME ZONE 'UTC', 'YYYY-MM-DD') AS day, count(*) AS rows,
         sum(hash_record_extended(ROW(b.ts_utc, b.deleted, b.version, b.open, b.high, b.low, b.close, b.vol, b.vwap, b.trade_count,
           b.is_partial), 0)::numeric) AS checksum
  FROM bars AS b GROUP BY 1, 2
), totals AS (
  SELECT b.name, count(*) AS rows, count(*) FILTER (WHERE b.deleted) AS deleted, min(b.ts_utc) AS first, max(b.ts_utc) AS last
    FROM bars AS b GROUP BY 1
), sources AS (
  SELECT s.name, jsonb_object_agg(coalesce(s.source, 'NULL'), s.rows) AS sources
    FROM (SELECT b.name, b.source, count(*) AS rows FROM bars AS b GROUP BY 1, 2) AS s GROUP BY 1
)
SELECT jsonb_build_object(
  'at', dxy.now(), 'before', $2,
  'tables', coalesce((SELECT jsonb_object_agg(t.name,
    jsonb_build_object('rows', t.rows, 'deleted', t.deleted, 'first', t.first, 'last', t.last, 'sources', s.sources,
      'days', (SELECT jsonb_object_agg(d.day, jsonb_build_array(d.rows, d.checksum::text)) FROM days AS d WHERE d.name = t.name)))
    FROM totals AS t JOIN sources AS s ON s.name = t.name), '{}'),
  'registry', (SELECT to_jsonb(r) - 'updated_at' - 'created_at' FROM public.core_asset_registry_all AS r
    WHERE r.canonical_symbol = $1))::text
