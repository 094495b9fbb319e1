-- Bars that can't be derived: their work is set apart with the reason and tried again later and later (5 s doubling to 1 h),
-- so that the rest goes on. It takes the place of what was set apart of the same bars before and is not to be tried yet: one
-- row tells it, and a new change is tried soon. Where a request for a version was recorded after this one ($9: the newest row
-- it was taken with), that does the work: tried again after it, this one would have the last word. Arrays: $3 and $4 from and
-- to, $8 reasons.
WITH part AS (
  SELECT lower(r.rest) AS from_ts, upper(r.rest) AS to_ts, p.error
  FROM unnest($3::timestamptz[], $4::timestamptz[], $8::text[]) AS p(from_ts, to_ts, error),
    unnest(tstzmultirange(tstzrange(p.from_ts, p.to_ts)) - coalesce((
    SELECT range_agg(tstzrange(l.from_ts, l.to_ts)) FROM dxy.due AS l
    WHERE $5::integer IS NOT NULL AND l.symbol = $1 AND l.timeframe = $2 AND l.version IS NOT NULL AND l.id > $9 AND (NOT $6 OR l.prune)
      AND l.from_ts < p.to_ts AND l.to_ts > p.from_ts), '{}')) AS r(rest)
), replaced AS (
  DELETE FROM dxy.due AS d USING part AS p
  WHERE d.symbol = $1 AND d.timeframe = $2 AND d.retry_at IS NOT NULL AND d.version IS NOT DISTINCT FROM $5 AND d.prune = $6
    AND d.from_ts >= p.from_ts AND d.to_ts <= p.to_ts
)
INSERT INTO dxy.due (symbol, timeframe, from_ts, to_ts, cause, version, prune, recorded_at, attempts, retry_at, error)
SELECT $1, $2, p.from_ts, p.to_ts, 'change', $5, $6, n.at, $7,
  n.at + least(interval '5 seconds' * power(2, least($7, 20) - 1), interval '1 hour'), p.error
FROM part AS p, (SELECT dxy.now() AS at) AS n
