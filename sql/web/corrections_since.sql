-- Bars whose final values ended since the correction $1, at most $2 of them; a bar of the host's without a name or a time is nobody's.
SELECT c.id, c.canonical_symbol, c.timeframe, c.ts_utc
FROM dxy.correction AS c
WHERE c.id > $1 AND c.canonical_symbol IS NOT NULL AND c.timeframe IS NOT NULL AND dxy.on_calendar(c.ts_utc) IS NOT NULL
ORDER BY c.id
LIMIT $2
