-- The run $2 watches the symbol's ($1) bars.
INSERT INTO dxy.watched AS w (symbol, run, since) VALUES ($1, $2, dxy.now())
ON CONFLICT (symbol) DO UPDATE SET run = excluded.run, since = excluded.since WHERE w.run <> excluded.run
