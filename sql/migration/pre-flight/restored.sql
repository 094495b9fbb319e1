-- What was brought back ({1}) against what stands in the table ({0}), row by row, every column as it prints.
WITH here AS (SELECT md5(b::text) AS hash FROM {0} AS b WHERE b.canonical_symbol = $1 AND b.ts_utc >= {from} AND b.ts_utc < {to}),
     there AS (SELECT md5(b::text) AS hash FROM {1} AS b)
SELECT (SELECT count(*) FROM here), (SELECT count(*) FROM (SELECT hash FROM here EXCEPT ALL SELECT hash FROM there) AS d) + (SELECT count(*)
  FROM (SELECT hash FROM there EXCEPT ALL SELECT hash FROM here) AS d)
