-- Bars that can't be derived: their work is set apart with the reason and tried again later and later (5 s doubling to 1 h), so that the rest goes on. It takes the place of
-- what was set apart of the same bars before and is not to be tried yet: one row tells it, and a new change is tried soon.
-- Arrays: $3 and $4 from and to, $8 reasons.
WITH part AS (
  SELECT p.* FROM unnest($3::timestamptz[], $4::timestamptz[], $8::text[]) AS p(from_ts, to_ts, error)
), replaced AS (
  DELETE FROM dxy.due AS d USING part AS p
  WHERE d.symbol = $1 AND d.timeframe = $2 AND d.retry_at IS NOT NULL AND d.version IS NOT DISTINCT FROM $5 AND d.prune = $6
    AND d.from_ts >= p.from_ts AND d.to_ts <= p.to_ts
)
INSERT INTO dxy.due (symbol, timeframe, from_ts, to_ts, cause, version, prune, recorded_at, attempts, retry_at, error)
SELECT $1, $2, p.from_ts, p.to_ts, 'change', $5, $6, n.at, $7, n.at + least(interval '5 seconds' * power(2, least($7, 20) - 1), interval '1 hour'), p.error
FROM part AS p, (SELECT dxy.now() AS at) AS n
