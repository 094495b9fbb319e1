-- Rows that bear the marks of the run's ($2) removals, and how many the ledger says.
SELECT (SELECT count(*) FROM dxy.run_batch AS b
        JOIN public.derived_data_bars AS s ON s.canonical_symbol = $1 AND s.timeframe = '1m' AND s.ts_utc >= b.from_ts
          AND s.ts_utc < b.to_ts AND s.deleted_at = b.mark
        WHERE b.run = $2 AND b.step = 'cleanup/remove'),
       (SELECT coalesce(sum(b.rows), 0)::bigint FROM dxy.run_batch AS b WHERE b.run = $2 AND b.step = 'cleanup/remove')
