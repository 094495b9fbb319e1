-- Targets with long work, at least $1 of bars in one piece, in more than one week: what several derivers can share.
SELECT d.symbol, d.timeframe
FROM dxy.due AS d, (SELECT dxy.now() AS at) AS n
WHERE d.from_ts + dxy.length_of(d.timeframe) <= n.at AND (d.retry_at IS NULL OR d.retry_at <= n.at) AND d.to_ts - d.from_ts >= $1
GROUP BY 1, 2
HAVING count(DISTINCT dxy.week_of(d.from_ts)) > 1
ORDER BY 1, 2
