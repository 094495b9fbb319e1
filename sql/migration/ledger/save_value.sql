-- The first value stands: a step that is tried again must not save what it changed itself.
INSERT INTO dxy.run_saved (run, what, value) VALUES ($1, $2, $3::jsonb) ON CONFLICT DO NOTHING
