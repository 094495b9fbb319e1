-- The minutes that ticks are building, as they were last saved.
SELECT f.symbol, f.timeframe, f.ts_utc, f.open::text, f.high::text, f.low::text, f.close::text, f.last_tick, f.ticks, f.revision
FROM dxy.forming_bar AS f
WHERE f.ts_utc > dxy.now() - interval '10 minutes'
ORDER BY f.symbol, f.timeframe, f.ts_utc
LIMIT 5000
