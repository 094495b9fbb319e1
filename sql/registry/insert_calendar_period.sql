INSERT INTO dxy.calendar (symbol_class, from_ts, to_ts, kind, note) VALUES ($1, $2, $3, $4, $5) RETURNING id
