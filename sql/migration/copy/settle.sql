-- Settles what conflicts by the policies ($2 different, $3 foreign, $4 partial: stop, keep_target, take_source). A final bar never gives way to a partial one.
-- What follows the old table without asking (stale, see classify.sql) stays as it is.
UPDATE dxy.run_conflict AS c
SET resolution = p.resolution
FROM (SELECT k.ts_utc, k.class,
             CASE WHEN k.class = 'partial' AND $4 = 'take_source' AND (k.target->>'is_partial')::boolean IS FALSE THEN 'keep_target'
                  ELSE nullif(CASE k.class WHEN 'different' THEN $2 WHEN 'foreign' THEN $3 ELSE $4 END, 'stop') END AS resolution
      FROM dxy.run_conflict AS k
      WHERE k.run = $1 AND k.class IN ('different', 'foreign', 'partial')) AS p
WHERE c.run = $1 AND c.ts_utc = p.ts_utc AND c.class = p.class AND c.resolution IS DISTINCT FROM p.resolution AND c.target->'stale' IS NULL
