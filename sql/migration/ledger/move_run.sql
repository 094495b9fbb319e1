UPDATE dxy.run
SET state = $2, phase = $3, step = $4, waiting_since = NULL, throttled = NULL, throttled_since = NULL, error = NULL, attempts = 0,
  retry_at = NULL,
    finished_at = CASE WHEN $2 IN ('completed', 'rolled_back', 'purged') THEN dxy.now() END,
    retention_until = CASE WHEN $2 = 'completed' THEN dxy.now() + coalesce((settings->>'retention_days')::double precision,
      30) * interval '24 hours' ELSE retention_until END
WHERE name = $1
