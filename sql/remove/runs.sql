-- The runs that still need what is ours: unfinished ones, and completed ones whose way back is still open (until when).
SELECT r.name, r.state, r.direction, CASE WHEN r.state = 'completed' THEN to_char(r.retention_until AT TIME ZONE 'UTC',
  'YYYY-MM-DD"T"HH24:MI:SS"Z"') END
FROM dxy.run AS r
WHERE r.state IN ('running', 'paused', 'failed') OR (r.state = 'completed' AND r.retention_until > dxy.now())
ORDER BY r.started_at
