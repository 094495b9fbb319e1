-- When the old table's writes began to end; null when they didn't.
SELECT s.started_at FROM dxy.run_step AS s WHERE s.run = $1 AND s.step = 'cleanup/old-writes-off'
