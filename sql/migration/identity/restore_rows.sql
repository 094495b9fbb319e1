-- Rows of the symbol ($1) that open in [$2, $3), stood there before the run and were changed by us alone since: every column
-- as the backup has it.
UPDATE {table} AS t
SET {set}
FROM ({rows}) AS p
WHERE t.tableoid = p.part AND t.ctid = p.place AND t.canonical_symbol = $1 AND t.ts_utc >= {from} AND t.ts_utc < {to}
  AND p.old IS NOT NULL AND p.kept AND p.old IS DISTINCT FROM p.now
