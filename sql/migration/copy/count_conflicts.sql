-- Of each class that needs a decision: how many, how many undecided, how many kept, and the first three.
SELECT k.class, count(c.run), count(c.run) FILTER (WHERE c.resolution IS NULL), count(c.run) FILTER (WHERE c.resolution = 'keep_target'),
       (SELECT string_agg(format('%s: old %s, new %s', to_char(f.ts_utc AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI"Z"'),
                                 CASE WHEN f.source IS NULL THEN 'none' ELSE format('%s (%s)', f.source->>'close', f.source->>'source') END,
                                 CASE WHEN f.target IS NULL THEN 'none'
                                   ELSE format('%s (%s)', f.target->>'close', f.target->>'source') END),
                          ', ' ORDER BY f.ts_utc)
        FROM (SELECT * FROM dxy.run_conflict AS r WHERE r.run = $1 AND r.class = k.class ORDER BY r.ts_utc LIMIT 3) AS f)
FROM unnest(ARRAY['different', 'foreign', 'partial', 'alone']) WITH ORDINALITY AS k(class, n)
LEFT JOIN dxy.run_conflict AS c ON c.run = $1 AND c.class = k.class
GROUP BY k.class, k.n
ORDER BY k.n
