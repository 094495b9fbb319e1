-- Puts the old table's bars of [$2, $3) in the place of the new table's where the conflict was settled so, if the new table
-- still says what it said when the conflict was found: what was written since is newer than both. $4 names the run.
UPDATE public.data_bars AS t
SET open = s.open, high = s.high, low = s.low, close = s.close, vol = s.vol, vwap = s.vwap, trade_count = s.trade_count,
  is_partial = s.is_partial,
    source = 'synthetic', ingested_at = coalesce(s.ingested_at, t.ingested_at), updated_at = (SELECT dxy.now()),
    raw = CASE WHEN jsonb_typeof(s.raw) = 'object' THEN s.raw ELSE '{}' END
            || jsonb_build_object('migration', $4::text, 'orig_source', s.source, 'orig_version', s.derivation_version)
FROM dxy.run_conflict AS c,
     LATERAL (
       SELECT w.* FROM public.derived_data_bars AS w
       WHERE w.canonical_symbol = $1 AND w.timeframe = '1m' AND w.ts_utc = c.ts_utc AND w.deleted_at IS NULL
       ORDER BY w.derivation_version DESC NULLS LAST, w.updated_at DESC NULLS LAST, w.ctid DESC LIMIT 1) AS s
WHERE c.run = $4 AND c.ts_utc >= $2 AND c.ts_utc < $3 AND c.resolution = 'take_source'
  AND t.canonical_symbol = $1 AND t.timeframe = '1m' AND t.ts_utc = c.ts_utc
  AND c.target @> jsonb_build_object('open', t.open, 'high', t.high, 'low', t.low, 'close', t.close, 'vol', t.vol, 'vwap', t.vwap,
                                     'trade_count', t.trade_count, 'is_partial', t.is_partial)
  AND (t.open, t.high, t.low, t.close, t.vol, t.vwap, t.trade_count, t.is_partial)
      IS DISTINCT FROM (s.open, s.high, s.low, s.close, s.vol, s.vwap, s.trade_count, s.is_partial)
