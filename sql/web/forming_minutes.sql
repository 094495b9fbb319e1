-- The minutes that ticks are building, and those that indexes are sampled in, as they were last saved.
SELECT f.symbol, f.timeframe, f.ts_utc, f.open::text, f.high::text, f.low::text, f.close::text, f.last_tick, f.ticks, f.revision
FROM dxy.forming_bar AS f
WHERE f.ts_utc > dxy.now() - interval '10 minutes'
UNION ALL
SELECT s.symbol, '1m', s.ts_utc, s.open::text, s.high::text, s.low::text, s.last::text, s.saved_at, s.samples, s.revision
FROM dxy.sampled_minute AS s
WHERE s.ts_utc > dxy.now() - interval '10 minutes' AND NOT s.is_ended
ORDER BY 1, 2, 3
LIMIT 5000
