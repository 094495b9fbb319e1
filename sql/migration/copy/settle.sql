-- Settles what conflicts: as somebody decided of the bar, else by its class's policy ($2 different, $3 foreign, $4 partial, $5
-- alone: stop, keep_target, take_source). A final bar never gives way to a partial one by a policy. What follows the old table
-- without asking (stale, see classify.sql) stays as it is.
UPDATE dxy.run_conflict AS c
SET resolution = p.resolution
FROM (SELECT k.ts_utc, k.class,
             coalesce((SELECT d.resolution FROM dxy.run_decision AS d WHERE d.run = k.run AND d.ts_utc = k.ts_utc AND d.class = k.class),
               CASE WHEN k.class = 'partial' AND $4 = 'take_source' AND (k.target->>'is_partial')::boolean IS FALSE THEN 'keep_target'
                    ELSE nullif(CASE k.class WHEN 'different' THEN $2 WHEN 'foreign' THEN $3 WHEN 'partial' THEN $4 ELSE $5 END,
                      'stop') END) AS resolution
      FROM dxy.run_conflict AS k
      WHERE k.run = $1 AND k.class IN ('different', 'foreign', 'partial', 'alone')) AS p
WHERE c.run = $1 AND c.ts_utc = p.ts_utc AND c.class = p.class AND c.resolution IS DISTINCT FROM p.resolution AND c.target->'stale' IS NULL
