-- Statements of other programs on the old table's bars since a moment: how many, the newest, by whom, how many of those bars
-- the new table doesn't equal; then how many minutes came, both tables saying the same of them, since the newest of those
-- statements, and since the fence ($3 names the run).
WITH fence AS (
  SELECT coalesce((SELECT s.finished_at FROM dxy.run_step AS s WHERE s.run = $3 AND s.step = 'derive/fence'), $2::timestamptz) AS fenced
), came AS (
  SELECT b.ts_utc
  FROM public.data_bars AS b
  WHERE b.canonical_symbol = $1 AND b.timeframe = '1m' AND b.ts_utc >= date_trunc('minute', (SELECT k.fenced FROM fence AS k))
    AND b.ts_utc <= dxy.now()
    AND EXISTS (SELECT FROM public.derived_data_bars AS d
                WHERE d.canonical_symbol = $1 AND d.timeframe = '1m' AND d.ts_utc = b.ts_utc AND d.deleted_at IS NULL
                  AND (b.open, b.high, b.low, b.close, b.is_partial) IS NOT DISTINCT FROM (d.open, d.high, d.low, d.close, d.is_partial))
)
SELECT count(*), max(t.at), string_agg(DISTINCT format('%s (%s)', t.role, coalesce(nullif(t.application, ''), 'no name')), ', '),
       (SELECT count(*)
        FROM public.derived_data_bars AS d
        LEFT JOIN public.data_bars AS b ON b.canonical_symbol = d.canonical_symbol AND b.timeframe = d.timeframe AND b.ts_utc = d.ts_utc
        WHERE d.canonical_symbol = $1 AND d.timeframe = '1m' AND d.deleted_at IS NULL
          AND EXISTS (SELECT FROM dxy.touch AS n
                      WHERE n.symbol = $1 AND n.table_name = 'derived_data_bars' AND NOT n.own AND n.at >= $2
                        AND d.ts_utc BETWEEN n.first_ts AND n.last_ts)
          AND NOT EXISTS (SELECT FROM public.derived_data_bars AS w
                          WHERE w.canonical_symbol = $1 AND w.timeframe = '1m' AND w.ts_utc = d.ts_utc AND w.deleted_at IS NULL
                            AND w.derivation_version > d.derivation_version)
          AND (b.open, b.high, b.low, b.close, b.vol, b.vwap, b.trade_count, b.is_partial)
              IS DISTINCT FROM (d.open, d.high, d.low, d.close, d.vol, d.vwap, d.trade_count, d.is_partial)),
       (SELECT count(*) FROM came AS c WHERE c.ts_utc >= (SELECT date_trunc('minute', max(n.at)) FROM (
          SELECT k.fenced AS at FROM fence AS k
          UNION ALL SELECT n.at FROM dxy.touch AS n WHERE n.symbol = $1 AND n.table_name = 'derived_data_bars' AND NOT n.own
            AND n.at >= $2) AS n)),
       (SELECT count(*) FROM came AS c)
FROM dxy.touch AS t
WHERE t.symbol = $1 AND t.table_name = 'derived_data_bars' AND NOT t.own AND t.at >= $2
