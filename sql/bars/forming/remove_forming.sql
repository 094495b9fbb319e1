DELETE FROM dxy.forming_bar AS f WHERE f.symbol = $1 AND f.timeframe = $2 AND f.ts_utc = $3
