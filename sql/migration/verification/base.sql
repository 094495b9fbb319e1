-- The verification that one since the last ($1) builds on: the newest finished one before it of the same run and symbol that
-- compared values, whatever it said, and whether the change log reaches back to it.
SELECT b.id, b.state, b.from_ts, b.to_ts, EXISTS (SELECT FROM dxy.watched AS w WHERE w.symbol = b.symbol AND w.since <= b.started_at)
FROM dxy.verification AS v
JOIN dxy.verification AS b ON b.run IS NOT DISTINCT FROM v.run AND b.symbol = v.symbol AND b.scope IN ('full', 'since_last')
  AND b.state <> 'running' AND b.id < v.id
WHERE v.id = $1
ORDER BY b.id DESC
LIMIT 1
