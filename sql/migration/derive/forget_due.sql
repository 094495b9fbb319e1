-- Work that is due of what the registry no longer derives of a symbol ($1).
DELETE FROM dxy.due AS d
WHERE d.symbol = $1
  AND NOT EXISTS (SELECT FROM dxy.dependency AS t WHERE t.target_symbol = d.symbol AND t.target_timeframe = d.timeframe)
