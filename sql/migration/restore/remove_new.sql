-- Removes from the new table what the run ($4) copied into [$2, $3) and what we derived there, and wasn't there before. {0}:
-- the new table as it was.
DELETE FROM public.data_bars AS t
WHERE t.canonical_symbol = $1 AND t.timeframe = '1m' AND t.ts_utc >= $2 AND t.ts_utc < $3
  AND (t.raw->>'migration' = $4 OR (t.source = 'synthetic' AND (t.raw->>'kind' = lower($1) OR jsonb_typeof(t.raw->'inputs') = 'object')))
  AND NOT EXISTS (SELECT FROM {0} AS b WHERE b.canonical_symbol = t.canonical_symbol AND b.timeframe = t.timeframe AND b.ts_utc = t.ts_utc)
