-- $2: a class; empty: all.
SELECT c.ts_utc, c.class, c.source::text, c.target::text, c.resolution
FROM dxy.run_conflict AS c WHERE c.run = $1 AND $2 IN ('', c.class)
ORDER BY c.ts_utc, c.class
LIMIT $3
