-- Bars that can't be derived: their work is set apart with the reason and tried again later and later (5 s doubling to 1 h), so that the rest goes on.
-- Arrays: $3 and $4 from and to, $8 reasons.
INSERT INTO dxy.due (symbol, timeframe, from_ts, to_ts, cause, version, prune, recorded_at, attempts, retry_at, error)
SELECT $1, $2, p.from_ts, p.to_ts, 'change', $5, $6, n.at, $7, n.at + least(interval '5 seconds' * power(2, least($7, 20) - 1), interval '1 hour'), p.error
FROM unnest($3::timestamptz[], $4::timestamptz[], $8::text[]) AS p(from_ts, to_ts, error), (SELECT dxy.now() AS at) AS n
