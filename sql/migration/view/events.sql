SELECT e.seq, e.at, e.role, e.kind, e.detail::text FROM dxy.run_event AS e WHERE e.run = $1 ORDER BY e.seq DESC LIMIT $2
