SELECT v.id, v.run, v.symbol, v.scope, v.from_ts, v.to_ts, v.state, v.compared, v.missing, v.extra, v.different, v.explained,
  v.samples::text,
       v.started_at, v.finished_at, v.checkpoint::text
FROM dxy.verification AS v
WHERE v.id = $1
