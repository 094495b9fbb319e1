-- Ranges of a target that are known to be waiting: due already, or recorded as changed and not yet expanded.
SELECT w.from_ts, w.to_ts, n.at
FROM (SELECT dxy.now() AS at) AS n
LEFT JOIN (
  SELECT d.from_ts, d.to_ts FROM dxy.due AS d WHERE d.symbol = $1 AND d.timeframe = $2
  UNION ALL
  SELECT dxy.bucket($2, greatest(c.first_ts, lower(dxy.derivable()))),
    dxy.bucket($2, least(c.last_ts, upper(dxy.derivable()))) + p.target_length + p.look_ahead
  FROM dxy.change AS c
  JOIN dxy.dependency AS p ON p.input_symbol = ANY (c.symbols) AND p.input_timeframe = ANY (c.timeframes)
  WHERE p.target_symbol = $1 AND p.target_timeframe = $2
) AS w ON true
