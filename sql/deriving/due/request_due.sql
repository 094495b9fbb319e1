-- Work asked for by an operator or found by the sweep. A request for a version takes the place of what was set apart of
-- earlier ones for the same bars: tried again after it, that would have the last word. What they ask for beyond its bars stays set apart.
WITH earlier AS (
  DELETE FROM dxy.due AS d
  WHERE $6::integer IS NOT NULL AND d.symbol = $1 AND d.timeframe = $2 AND d.version IS NOT NULL AND d.retry_at IS NOT NULL
    AND (NOT d.prune OR $7)
    AND d.from_ts < $4 AND d.to_ts > $3
  RETURNING d.*
), beyond AS (
  INSERT INTO dxy.due (symbol, timeframe, from_ts, to_ts, cause, version, prune, recorded_at, attempts, retry_at, error)
  SELECT e.symbol, e.timeframe, lower(r.rest), upper(r.rest), e.cause, e.version, e.prune, e.recorded_at, e.attempts, e.retry_at, e.error
  FROM earlier AS e, unnest(tstzmultirange(tstzrange(e.from_ts, e.to_ts)) - tstzmultirange(tstzrange($3, $4))) AS r(rest)
  ORDER BY e.id
)
INSERT INTO dxy.due (symbol, timeframe, from_ts, to_ts, cause, version, prune, recorded_at)
SELECT $1, $2, $3, $4, $5, $6, $7, dxy.now()
