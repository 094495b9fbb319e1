-- How many of those corrections (corrections_since.sql) there are from $1 up to $2.
SELECT count(*)
FROM dxy.correction AS c
WHERE c.id > $1 AND c.id <= $2 AND c.canonical_symbol IS NOT NULL AND c.timeframe IS NOT NULL AND dxy.on_calendar(c.ts_utc) IS NOT NULL
