-- Brings back the rows of [$2, $3) that bear the mark $4. Where an active row of the minute came meanwhile, it has taken the
-- old one's place and stays.
UPDATE public.derived_data_bars AS s
SET deleted_at = NULL
WHERE s.canonical_symbol = $1 AND s.timeframe = '1m' AND s.ts_utc >= $2 AND s.ts_utc < $3 AND s.deleted_at = $4
  AND NOT EXISTS (
    SELECT FROM public.derived_data_bars AS a
    WHERE a.canonical_symbol = s.canonical_symbol AND a.timeframe = s.timeframe AND a.ts_utc = s.ts_utc AND a.deleted_at IS NULL)
