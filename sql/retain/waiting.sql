-- What still needs bars that open before $1: a migration that isn't over, or what has to be made of them; null: nothing does.
SELECT coalesce(
  (SELECT 'the migration ' || r.name || ' is ' || r.state FROM dxy.run AS r WHERE r.state IN ('running', 'paused', 'failed')
    ORDER BY r.started_at LIMIT 1),
  (SELECT d.symbol || '/' || d.timeframe || ' is due from ' || to_char(d.from_ts AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') || ' on'
   FROM dxy.due AS d WHERE d.from_ts < $1 ORDER BY d.from_ts LIMIT 1),
  (SELECT 'a change of ' || array_to_string(c.symbols, ', ') || ' has to be looked at yet' FROM dxy.change AS c WHERE c.first_ts < $1
    ORDER BY c.id LIMIT 1))
