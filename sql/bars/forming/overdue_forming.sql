SELECT DISTINCT f.symbol, f.timeframe FROM dxy.forming_bar AS f WHERE f.ts_utc + dxy.length_of(f.timeframe) <= dxy.now() ORDER BY 1, 2
