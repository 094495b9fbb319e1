INSERT INTO dxy.run_sample (run, at, verdict, open, checks) VALUES ($1, $2, $3, $4, $5::jsonb) ON CONFLICT DO NOTHING
