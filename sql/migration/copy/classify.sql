-- Compares the winners that open in [$2, $3) with the new table, lists what conflicts, and says how many fell in each class.
-- $4 names the run, $5: how many superseded rows may still be listed.
-- stale: a copy of this run's that the old table has since left behind; it follows the old table without asking anybody.
WITH active AS MATERIALIZED (
  SELECT s.ts_utc, s.open, s.high, s.low, s.close, s.vol, s.vwap, s.trade_count, s.is_partial, s.source, s.derivation_version, s.updated_at,
         row_number() OVER (PARTITION BY s.ts_utc
                            ORDER BY s.derivation_version DESC NULLS LAST, s.updated_at DESC NULLS LAST, s.ctid DESC) AS place
  FROM public.derived_data_bars AS s
  WHERE s.canonical_symbol = $1 AND s.timeframe = '1m' AND s.deleted_at IS NULL AND s.ts_utc >= $2 AND s.ts_utc < $3
), judged AS MATERIALIZED (
  SELECT w.ts_utc,
         CASE
           WHEN t.canonical_symbol IS NULL THEN CASE WHEN w.is_partial THEN 'partial' ELSE 'missing' END
           WHEN (w.open, w.high, w.low, w.close, w.vol, w.vwap, w.trade_count, w.is_partial)
                IS NOT DISTINCT FROM (t.open, t.high, t.low, t.close, t.vol, t.vwap, t.trade_count, t.is_partial) THEN 'identical'
           WHEN t.source = 'synthetic' AND t.raw->>'migration' = $4 THEN 'stale'
           WHEN w.is_partial THEN 'partial'
           WHEN t.source IS DISTINCT FROM 'synthetic' THEN 'foreign'
           ELSE 'different'
         END AS class,
         CASE WHEN t.canonical_symbol IS NOT NULL THEN
           jsonb_build_object('open', t.open, 'high', t.high, 'low', t.low, 'close', t.close, 'vol', t.vol, 'vwap', t.vwap,
                              'trade_count', t.trade_count, 'is_partial', t.is_partial, 'source', t.source) END AS target
  FROM active AS w
  LEFT JOIN public.data_bars AS t ON t.canonical_symbol = $1 AND t.timeframe = '1m' AND t.ts_utc = w.ts_utc
  WHERE w.place = 1
), listed AS (
  INSERT INTO dxy.run_conflict (run, ts_utc, class, source, target, resolution)
  SELECT $4, j.ts_utc, CASE j.class WHEN 'stale' THEN 'different' ELSE j.class END,
         jsonb_build_object('open', w.open, 'high', w.high, 'low', w.low, 'close', w.close, 'vol', w.vol, 'vwap', w.vwap,
                            'trade_count', w.trade_count, 'is_partial', w.is_partial, 'source', w.source, 'version', w.derivation_version),
         CASE j.class WHEN 'stale' THEN j.target || '{"stale": true}' ELSE j.target END, CASE j.class WHEN 'stale' THEN 'take_source' END
  FROM judged AS j JOIN active AS w ON w.ts_utc = j.ts_utc AND w.place = 1
  WHERE j.class IN ('different', 'foreign', 'partial', 'stale')
), superseded AS (
  INSERT INTO dxy.run_conflict (run, ts_utc, class, source, resolution)
  SELECT $4, l.ts_utc, 'superseded',
         jsonb_agg(jsonb_build_object('open', l.open, 'high', l.high, 'low', l.low, 'close', l.close, 'version', l.derivation_version,
                                      'updated_at', l.updated_at) ORDER BY l.place), 'newest_version'
  FROM active AS l WHERE l.place > 1 GROUP BY l.ts_utc ORDER BY l.ts_utc LIMIT $5
  RETURNING 1
)
SELECT count(*), count(*) FILTER (WHERE j.class = 'identical'), count(*) FILTER (WHERE j.class = 'missing'),
  count(*) FILTER (WHERE j.class = 'stale'),
       (SELECT count(*) FROM active AS l WHERE l.place > 1), (SELECT count(*) FROM superseded)
FROM judged AS j
