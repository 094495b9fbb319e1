INSERT INTO dxy.run_batch (run, step, number, table_name, from_ts, to_ts, rows, mark, took_ms, at)
SELECT $1, $2, coalesce(max(b.number), 0) + 1, $3, $4, $5, $6, $7, $8, dxy.now()
FROM dxy.run_batch AS b WHERE b.run = $1 AND b.step = $2
