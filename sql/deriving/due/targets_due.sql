-- Targets with work that may be ripe: a bar is never ripe before it has ended.
SELECT d.symbol, d.timeframe
FROM dxy.due AS d, (SELECT dxy.now() AS at) AS n
WHERE d.from_ts + dxy.length_of(d.timeframe) <= n.at AND (d.retry_at IS NULL OR d.retry_at <= n.at)
GROUP BY 1, 2
ORDER BY 1, 2
