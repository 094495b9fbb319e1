-- What the run ($4) copied into [$2, $3) and the old table no longer has: it was removed there while it was being copied.
DELETE FROM public.data_bars AS t
WHERE t.canonical_symbol = $1 AND t.timeframe = '1m' AND t.ts_utc >= $2 AND t.ts_utc < $3 AND t.raw->>'migration' = $4
  AND NOT EXISTS (
    SELECT FROM public.derived_data_bars AS s
    WHERE s.canonical_symbol = $1 AND s.timeframe = '1m' AND s.ts_utc = t.ts_utc AND s.deleted_at IS NULL)
