SELECT r.name, r.symbol, r.state, r.direction, r.phase, r.step, r.version, r.settings::text, r.target::text, r.started_by, r.started_at,
       r.finished_at, r.retention_until, r.waiting_since, r.throttled, r.error, r.attempts, r.retry_at,
       r.retry_at - clock_timestamp()
FROM dxy.run AS r
WHERE CASE WHEN $1 = '' THEN r.state IN ('running', 'paused', 'failed') ELSE r.name = $1 END
ORDER BY r.started_at DESC
LIMIT 1
