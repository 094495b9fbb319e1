SELECT s.symbol, s.timeframe, s.day::timestamp AT TIME ZONE 'UTC', s.equal, s.different, s.missing, s.extra, s.largest_difference,
  s.samples::text, s.compared_at
FROM dxy.shadow AS s
WHERE $1 = '' OR s.symbol = $1
ORDER BY s.symbol, s.timeframe <> '1m', s.timeframe DESC, s.day
