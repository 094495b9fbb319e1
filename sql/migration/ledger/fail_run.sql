WITH failed AS (
  UPDATE dxy.run SET state = CASE WHEN $4 THEN 'failed' ELSE state END, error = $3, attempts = attempts + 1,
    retry_at = clock_timestamp() + $5::interval,
    looked_at = clock_timestamp(), version = version + 1
  WHERE name = $1 AND version = $2
  RETURNING name, step, attempts
)
INSERT INTO dxy.run_event (run, kind, detail)
SELECT f.name, CASE WHEN $4 THEN 'failed' ELSE 'attempt failed' END,
  jsonb_build_object('step', f.step, 'attempt', f.attempts, 'error', $3::text) FROM failed AS f
