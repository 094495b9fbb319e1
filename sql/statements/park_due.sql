-- One bar can't be derived: its work is set apart with the reason and tried again later and later (5 s doubling to 1 h), so that the rest goes on.
INSERT INTO dxy.due (symbol, timeframe, from_ts, to_ts, cause, version, prune, recorded_at, attempts, retry_at, error)
SELECT $1, $2, $3, $4, 'change', $5, $6, n.at, $7, n.at + least(interval '5 seconds' * power(2, least($7, 20) - 1), interval '1 hour'), $8
FROM (SELECT dxy.now() AS at) AS n
