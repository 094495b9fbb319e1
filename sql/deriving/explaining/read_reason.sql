-- Why the work on a target's bar was set apart; nothing where it wasn't.
SELECT d.error FROM dxy.due AS d
WHERE d.symbol = $1 AND d.timeframe = $2 AND d.from_ts <= $3 AND d.to_ts > $3 AND d.attempts > 0
ORDER BY d.id DESC LIMIT 1
