SELECT d.id, d.symbol, d.timeframe, d.from_ts, d.to_ts, d.cause, d.version, d.prune, d.recorded_at, d.attempts, d.retry_at, d.error
FROM dxy.due AS d WHERE NOT $1 OR d.attempts > 0
ORDER BY d.symbol, d.timeframe, d.from_ts LIMIT 10000
