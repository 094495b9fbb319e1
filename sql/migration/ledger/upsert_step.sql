INSERT INTO dxy.run_step AS s (run, step, phase, state, checkpoint, done, total, started_at, finished_at)
VALUES ($1, $2, $3, $4, $5::jsonb, $6, $7, dxy.now(), CASE WHEN $4 IN ('done', 'undone') THEN dxy.now() END)
ON CONFLICT (run, step) DO UPDATE
SET state = excluded.state, checkpoint = excluded.checkpoint, done = excluded.done, total = coalesce(excluded.total, s.total),
    started_at = CASE WHEN s.state = excluded.state OR excluded.state IN ('done', 'undone') THEN s.started_at ELSE excluded.started_at END,
    finished_at = excluded.finished_at
