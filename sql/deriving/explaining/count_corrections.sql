-- How often a stored value of a bar was replaced.
SELECT count(*)::integer FROM dxy.correction AS c
WHERE c.canonical_symbol = $1 AND c.timeframe = $2 AND c.ts_utc = $3 AND NOT c.absent
