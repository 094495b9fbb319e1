-- Rows of [$2, $3) that are about to be removed from the new table and stand nowhere else are brought to the old one first.
-- What the run ($4) copied came from there, and if it isn't active there any more, somebody has ended it. {0}: the new table
-- as it was before the run.
INSERT INTO public.derived_data_bars (canonical_symbol, timeframe, ts_utc, open, high, low, close, vol, vwap, trade_count, is_partial,
                                      source, ingested_at, raw, created_at, updated_at, derivation_version)
SELECT t.canonical_symbol, t.timeframe, t.ts_utc, t.open, t.high, t.low, t.close, t.vol, t.vwap, t.trade_count, t.is_partial,
       coalesce(t.raw->>'orig_source', 'synthetic'), t.ingested_at, t.raw - 'migration' - 'orig_source' - 'orig_version', t.created_at,
         (SELECT dxy.now()),
       coalesce((t.raw->>'orig_version')::integer, (t.raw->>'version')::integer, 1)
FROM public.data_bars AS t
WHERE t.canonical_symbol = $1 AND t.timeframe = '1m' AND t.ts_utc >= $2 AND t.ts_utc < $3
  AND (t.raw->>'migration' = $4 OR (t.source = 'synthetic' AND (t.raw->>'kind' = lower($1) OR jsonb_typeof(t.raw->'inputs') = 'object')))
  AND NOT EXISTS (SELECT FROM {0} AS b WHERE b.canonical_symbol = t.canonical_symbol AND b.timeframe = t.timeframe AND b.ts_utc = t.ts_utc)
  AND NOT EXISTS (SELECT FROM public.derived_data_bars AS s
                  WHERE s.canonical_symbol = t.canonical_symbol AND s.timeframe = t.timeframe AND s.ts_utc = t.ts_utc
                    AND (s.deleted_at IS NULL OR t.raw->>'migration' = $4))
ORDER BY t.ts_utc
ON CONFLICT DO NOTHING
