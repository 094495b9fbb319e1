-- The ledger counts rows that were changed, the step what it dealt with: each batch gets its share of the latter.
WITH step AS (
  SELECT r.name, r.step, coalesce(s.done, 0)::double precision AS done
  FROM dxy.run AS r LEFT JOIN dxy.run_step AS s ON s.run = r.name AND s.step = r.step WHERE r.name = $1
)
SELECT CASE WHEN sum(b.rows) OVER () > 0 THEN b.rows * step.done / (sum(b.rows) OVER ())::double precision
  ELSE step.done / count(*) OVER () END, b.took_ms, b.at
FROM step JOIN dxy.run_batch AS b ON b.run = step.name AND b.step = step.step
ORDER BY b.number DESC
LIMIT 200
