-- Takes away what stands in the new table alone and was settled in favour of the old one ($2 names the run), if it still says
-- what it said when it was found.
DELETE FROM public.data_bars AS t
USING dxy.run_conflict AS c
WHERE c.run = $2 AND c.class = 'alone' AND c.resolution = 'take_source' AND t.canonical_symbol = $1 AND t.timeframe = '1m'
  AND t.ts_utc = c.ts_utc
  AND c.target @> jsonb_build_object('open', t.open, 'high', t.high, 'low', t.low, 'close', t.close)
  AND NOT EXISTS (SELECT FROM public.derived_data_bars AS s
                  WHERE s.canonical_symbol = $1 AND s.timeframe = '1m' AND s.ts_utc = t.ts_utc AND s.deleted_at IS NULL)
