-- When the old table's writes ended: the route was turned, or the step to do so was begun; no row when it wasn't.
SELECT coalesce((SELECT max(e.at) FROM dxy.run_event AS e WHERE e.run = $1 AND e.kind = 'route turned' AND e.detail->>'mode' = 'new'),
  s.started_at)
FROM dxy.run_step AS s WHERE s.run = $1 AND s.step = 'cleanup/old-writes-off'
