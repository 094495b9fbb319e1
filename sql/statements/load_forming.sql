SELECT f.ts_utc, f.open, f.high, f.low, f.close, f.first_tick, f.last_tick, f.ticks, f.source, f.revision
FROM dxy.forming_bar AS f WHERE f.symbol = $1 AND f.timeframe = $2 ORDER BY f.ts_utc
