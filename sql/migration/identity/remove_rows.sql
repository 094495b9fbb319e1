-- Rows of the symbol that we made among those of before the run, where nothing stood: not what came while it went on.
DELETE FROM {table} AS t
USING ({rows}) AS p
WHERE t.tableoid = p.part AND t.ctid = p.place AND t.canonical_symbol = $1 AND t.ts_utc >= {from} AND t.ts_utc < {to}
  AND p.old IS NULL AND p.kept AND p.ours AND p.ended <= $4::timestamptz - interval '1 hour'
