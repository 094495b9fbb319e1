SELECT v.id, v.scope, v.state, v.compared, v.missing, v.extra, v.different, v.explained, v.role, v.started_at, v.finished_at
FROM dxy.verification AS v WHERE v.run = $1
ORDER BY v.id DESC
LIMIT 20
