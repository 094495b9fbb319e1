-- What take_late.sql has put into the rows that bear the mark $4, and so would stand twice.
DELETE FROM public.derived_data_bars AS a
USING public.derived_data_bars AS s
WHERE a.canonical_symbol = $1 AND a.timeframe = '1m' AND a.ts_utc >= $2 AND a.ts_utc < $3 AND a.deleted_at IS NULL
  AND s.canonical_symbol = $1 AND s.timeframe = '1m' AND s.ts_utc = a.ts_utc AND s.deleted_at = $4
    AND s.derivation_version = a.derivation_version
