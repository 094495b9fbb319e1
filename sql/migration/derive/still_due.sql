-- What of the asked ranges is not worked off yet, and whether one of them has failed.
SELECT count(*), min(d.from_ts), max(d.error)
FROM dxy.due AS d
WHERE d.symbol = $1 AND d.timeframe = $2 AND d.cause = 'request' AND d.from_ts < $4 AND d.to_ts > $3
