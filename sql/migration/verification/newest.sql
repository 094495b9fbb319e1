-- $1 run or null, $2 scope, $3 whether one under way is wanted or one that came to an end.
SELECT v.id
FROM dxy.verification AS v
WHERE v.run IS NOT DISTINCT FROM $1 AND v.scope = $2 AND (v.state = 'running') = $3
ORDER BY v.id DESC
LIMIT 1
