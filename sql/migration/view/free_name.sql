-- The first of stem, stem-2, stem-3, … that no run has.
SELECT c.name
FROM generate_series(1, (SELECT count(*) + 1 FROM dxy.run)) AS n(n),
  LATERAL (SELECT CASE n.n WHEN 1 THEN $1 ELSE $1 || '-' || n.n END) AS c(name)
WHERE NOT EXISTS (SELECT FROM dxy.run AS r WHERE r.name = c.name)
ORDER BY n.n
LIMIT 1
