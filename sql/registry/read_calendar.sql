SELECT c.id, c.from_ts, c.to_ts, c.kind, c.symbol_class, c.note FROM dxy.calendar AS c ORDER BY c.id
