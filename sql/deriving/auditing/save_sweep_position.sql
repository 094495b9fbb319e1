INSERT INTO dxy.sweep_position (symbol, timeframe, swept_to) VALUES ($1, $2, $3)
ON CONFLICT (symbol, timeframe) DO UPDATE SET swept_to = excluded.swept_to
