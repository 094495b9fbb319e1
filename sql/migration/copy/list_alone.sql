-- Lists the symbol's ($1) minutes that stand in the new table alone and that neither the run ($2) copied nor we derived: a
-- vendor's own, most often.
INSERT INTO dxy.run_conflict (run, ts_utc, class, target)
SELECT $2, t.ts_utc, 'alone',
       jsonb_build_object('open', t.open, 'high', t.high, 'low', t.low, 'close', t.close, 'vol', t.vol, 'vwap', t.vwap,
                          'trade_count', t.trade_count, 'is_partial', t.is_partial, 'source', t.source)
FROM public.data_bars AS t
WHERE t.canonical_symbol = $1 AND t.timeframe = '1m' AND (t.raw->>'migration' = $2 OR jsonb_typeof(t.raw->'inputs') = 'object') IS NOT TRUE
  AND NOT EXISTS (SELECT FROM public.derived_data_bars AS s
                  WHERE s.canonical_symbol = $1 AND s.timeframe = '1m' AND s.ts_utc = t.ts_utc AND s.deleted_at IS NULL)
ON CONFLICT DO NOTHING
