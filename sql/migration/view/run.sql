-- $1: the run's name; empty: the one that is not finished, else the newest.
SELECT r.name, r.symbol, r.state, r.direction, r.phase, r.step, r.version, r.settings::text, r.target::text, r.started_by, r.started_at,
       r.finished_at, r.retention_until, r.waiting_since, r.throttled, r.error, r.attempts, r.retry_at,
       r.retry_at - clock_timestamp(),
       r.throttled_since, r.throttled_ms, r.looked_at, r.log_seq, r.log_hash,
       dxy.now(), clock_timestamp(), coalesce((SELECT c.rate FROM dxy.clock AS c), 1)::double precision
FROM dxy.run AS r
WHERE $1 IN ('', r.name)
ORDER BY r.state IN ('running', 'paused', 'failed') DESC, r.started_at DESC, r.name DESC
LIMIT 1
