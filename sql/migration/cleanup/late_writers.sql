-- Other programs that write the old table's minutes of a symbol whose writers were to have ended, from the flip of the route
-- until the purge: mirrored ones by the end of the old writes, the others by the switch of the readers. Symbol, since when,
-- statements, the newest, by whom, and the time.
SELECT r.symbol, f.at, count(t.id), max(t.at),
  string_agg(DISTINCT format('%s (%s)', t.role, coalesce(nullif(t.application, ''), 'no name')), ', '), dxy.now()
FROM dxy.run AS r
JOIN LATERAL (
  SELECT max(e.at) AS at FROM dxy.run_event AS e
  WHERE e.run = r.name AND e.kind = 'route turned'
    AND e.detail->>'mode' = CASE WHEN r.settings->>'legacy_writers' = 'mirrored' THEN 'new' ELSE 'both_read_new' END) AS f
      ON f.at IS NOT NULL
LEFT JOIN dxy.touch AS t ON t.symbol = r.symbol AND t.table_name = 'derived_data_bars' AND NOT t.own AND t.operation IN ('insert', 'update')
  AND t.at > f.at
WHERE r.direction = 'forward' AND r.state IN ('running', 'paused', 'failed', 'completed')
  AND EXISTS (SELECT FROM dxy.watched AS w WHERE w.symbol = r.symbol AND w.run = r.name)
GROUP BY r.symbol, f.at
ORDER BY r.symbol
