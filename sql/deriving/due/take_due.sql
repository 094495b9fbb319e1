-- What is due of a target in the weeks that were locked, and ripe: what is live (its bars within two hours) first, then oldest
-- first. Requests for a version come last and as they were recorded: of two for the same bars the later one decides, unless it
-- was parked meanwhile, which is a new record. What was set apart goes with a new change of its bars: mended, it is settled by that.
-- $3: how long after its open a bar is ripe (its length and grace).
SELECT d.id, d.from_ts, d.to_ts, d.version, d.prune, d.attempts, n.at, d.cause = 'gone'
FROM (SELECT dxy.now() AS at, current_setting('dxy.from')::timestamptz AS from_ts, current_setting('dxy.to')::timestamptz AS to_ts) AS n
LEFT JOIN dxy.due AS d ON d.symbol = $1 AND d.timeframe = $2 AND d.from_ts >= n.from_ts AND d.from_ts < n.to_ts
  AND d.from_ts + $3 <= n.at
  AND (d.retry_at IS NULL OR d.retry_at <= n.at
       OR (d.attempts > 0 AND d.version IS NULL AND EXISTS (
             SELECT FROM dxy.due AS o WHERE o.symbol = $1 AND o.timeframe = $2 AND o.retry_at IS NULL AND o.version IS NULL
               AND o.prune = d.prune AND (o.cause = 'gone') = (d.cause = 'gone')
               AND o.from_ts + $3 <= n.at AND o.from_ts < d.to_ts AND o.to_ts > d.from_ts)))
ORDER BY d.version IS NOT NULL, CASE WHEN d.version IS NOT NULL THEN d.id END, d.from_ts < n.at - interval '2 hours', d.prune,
  d.cause = 'gone', d.from_ts
LIMIT 500
