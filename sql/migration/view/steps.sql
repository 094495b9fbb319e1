SELECT s.step, s.phase, s.state, s.done, s.total, s.started_at, s.finished_at, s.checkpoint::text
FROM dxy.run_step AS s WHERE s.run = $1
ORDER BY s.phase, s.started_at, s.step
