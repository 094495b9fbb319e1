-- export_bars.sql as it would have answered at the instant $6: for each bar the first values that were replaced after it, else what stands now.
-- A bar that was created later, or hadn't ended, was not there yet.
WITH standing AS (
  SELECT b.ts_utc, b.open, b.high, b.low, b.close, b.vol, b.vwap, b.trade_count, b.is_partial, b.source, b.ingested_at, b.raw, b.created_at, b.updated_at
  FROM public.data_bars AS b
  WHERE $5 = 'data_bars' AND b.canonical_symbol = $1 AND b.timeframe = $2 AND b.ts_utc >= $3 AND b.ts_utc < $4
  UNION ALL
  SELECT b.ts_utc, b.open, b.high, b.low, b.close, b.vol, b.vwap, b.trade_count, b.is_partial, b.source, b.ingested_at, b.raw, b.created_at, b.updated_at
  FROM (SELECT DISTINCT ON (v.ts_utc) v.* FROM public.derived_data_bars AS v
        WHERE $5 = 'derived_data_bars' AND v.canonical_symbol = $1 AND v.timeframe = $2 AND v.ts_utc >= $3 AND v.ts_utc < $4 AND v.deleted_at IS NULL
        ORDER BY v.ts_utc, v.derivation_version DESC NULLS LAST, v.updated_at DESC NULLS LAST, v.ctid DESC) AS b
), replaced AS (
  SELECT DISTINCT ON (c.ts_utc) c.ts_utc, c.open, c.high, c.low, c.close, c.vol, c.vwap, c.trade_count, c.source,
         bool_or(c.deleted) OVER (PARTITION BY c.ts_utc) AS deleted_since
  FROM dxy.correction AS c
  WHERE c.table_name = $5 AND c.canonical_symbol = $1 AND c.timeframe = $2 AND c.ts_utc >= $3 AND c.ts_utc < $4 AND c.replaced_at > $6
  ORDER BY c.ts_utc, c.replaced_at, c.id
)
SELECT coalesce(r.ts_utc, s.ts_utc),
       CASE WHEN r.ts_utc IS NULL THEN s.open ELSE r.open END::numeric(20,8)::text,
       CASE WHEN r.ts_utc IS NULL THEN s.high ELSE r.high END::numeric(20,8)::text,
       CASE WHEN r.ts_utc IS NULL THEN s.low ELSE r.low END::numeric(20,8)::text,
       CASE WHEN r.ts_utc IS NULL THEN s.close ELSE r.close END::numeric(20,8)::text,
       CASE WHEN r.ts_utc IS NULL THEN s.vol ELSE r.vol END::text,
       CASE WHEN r.ts_utc IS NULL THEN s.vwap ELSE r.vwap END::text,
       CASE WHEN r.ts_utc IS NULL THEN s.trade_count ELSE r.trade_count END,
       CASE WHEN r.ts_utc IS NULL THEN s.is_partial ELSE false END,
       CASE WHEN r.ts_utc IS NULL THEN s.source ELSE r.source END,
       s.ingested_at, CASE WHEN r.ts_utc IS NULL THEN s.raw::text ELSE '{}' END, s.created_at, s.updated_at
FROM standing AS s
FULL JOIN replaced AS r ON r.ts_utc = s.ts_utc
WHERE coalesce(r.ts_utc, s.ts_utc) + dxy.length_of($2) <= $6
  AND (s.created_at <= $6 OR coalesce(r.deleted_since, false))
ORDER BY 1
