-- $1 run or null, $2 scope, $3 whether one under way is wanted or one that came to an end.
-- That a run's tables are equal counts only where who carries it out found it; that they differ counts whoever did.
SELECT v.id
FROM dxy.verification AS v
WHERE v.run IS NOT DISTINCT FROM $1 AND v.scope = $2 AND (v.state = 'running') = $3
  AND (v.run IS NULL OR v.state <> 'equal' OR dxy.carries_out(v.role))
ORDER BY v.id DESC
LIMIT 1
