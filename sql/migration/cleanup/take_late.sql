-- Rows of [$2, $3) that bear the mark $4 and in whose place another program stored one of the same version meanwhile: they say
-- what that one says.
UPDATE public.derived_data_bars AS s
SET open = a.open, high = a.high, low = a.low, close = a.close, vol = a.vol, vwap = a.vwap, trade_count = a.trade_count,
  is_partial = a.is_partial, source = a.source,
    raw = a.raw, ingested_at = a.ingested_at, updated_at = a.updated_at
FROM public.derived_data_bars AS a
WHERE s.canonical_symbol = $1 AND s.timeframe = '1m' AND s.ts_utc >= $2 AND s.ts_utc < $3 AND s.deleted_at = $4
  AND a.canonical_symbol = $1 AND a.timeframe = '1m' AND a.ts_utc = s.ts_utc AND a.deleted_at IS NULL
    AND a.derivation_version = s.derivation_version
