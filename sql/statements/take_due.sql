-- What is due of a target in the weeks that were locked, and ripe: what is live (its bars within two hours) first, then oldest first. Requests for a version come
-- last and as they were recorded: of two for the same bars the later one decides, unless it was parked meanwhile, which is a new record.
-- $3: how long after its open a bar is ripe (its length and grace).
SELECT d.id, d.from_ts, d.to_ts, d.version, d.prune, d.attempts, n.at
FROM (SELECT dxy.now() AS at, current_setting('dxy.from')::timestamptz AS from_ts, current_setting('dxy.to')::timestamptz AS to_ts) AS n
LEFT JOIN dxy.due AS d ON d.symbol = $1 AND d.timeframe = $2 AND d.from_ts >= n.from_ts AND d.from_ts < n.to_ts
  AND d.from_ts + $3 <= n.at AND (d.retry_at IS NULL OR d.retry_at <= n.at)
ORDER BY d.version IS NOT NULL, CASE WHEN d.version IS NOT NULL THEN d.id END, d.from_ts < n.at - interval '2 hours', d.prune, d.from_ts
LIMIT 500
