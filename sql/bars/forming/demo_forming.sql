SELECT f.symbol, f.ts_utc, f.close, f.ticks FROM dxy.forming_bar AS f WHERE f.timeframe = '1m' ORDER BY f.ts_utc
