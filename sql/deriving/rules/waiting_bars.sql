-- Ranges of the target in which inputs were deleted lately (within $5) and may yet come back.
SELECT d.from_ts, d.to_ts
FROM dxy.due AS d
WHERE d.symbol = $1 AND d.timeframe = $2 AND d.cause = 'gone' AND d.retry_at > dxy.now() AND d.from_ts < $4 AND d.to_ts > $3
  AND d.to_ts > dxy.now() - $5::interval
