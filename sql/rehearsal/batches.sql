-- The ledger's batches, a row a step: how many, rows, the middle and the longest in milliseconds.
SELECT b.step, count(*), sum(b.rows)::bigint, percentile_cont(0.5) WITHIN GROUP (ORDER BY b.took_ms), max(b.took_ms)
FROM dxy.run_batch AS b WHERE b.run = $1
GROUP BY b.step ORDER BY min(b.at), b.step
