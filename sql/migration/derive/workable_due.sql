-- What of the asked ranges is neither worked off nor set aside with a reason.
SELECT count(*)
FROM dxy.due AS d
WHERE d.symbol = $1 AND d.timeframe = $2 AND d.cause = 'request' AND d.from_ts < $4 AND d.to_ts > $3 AND d.error IS NULL
