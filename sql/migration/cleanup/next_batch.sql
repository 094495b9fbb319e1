-- The run's removals, one by one: the next after $2, or with $3 the next before it.
SELECT b.number, b.from_ts, b.to_ts, b.rows, b.mark
FROM dxy.run_batch AS b
WHERE b.run = $1 AND b.step = 'cleanup/remove' AND CASE WHEN $3 THEN b.number < $2 ELSE b.number > $2 END
ORDER BY CASE WHEN $3 THEN -b.number ELSE b.number END
LIMIT 1
