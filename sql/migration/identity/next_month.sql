-- The month (UTC) of the next bar of the symbol ($1) from $2 on, in the backup or in the table: where it begins and ends; no
-- row when there is none.
SELECT m.month, m.month + interval '1 month'
FROM (SELECT date_trunc('month', least(
        (SELECT min(b.ts_utc) FROM {backup} AS b WHERE b.canonical_symbol = $1 AND b.ts_utc >= $2 AND b.ts_utc < 'infinity'),
        (SELECT min(n.ts_utc) FROM {table} AS n WHERE n.canonical_symbol = $1 AND n.ts_utc >= $2 AND n.ts_utc < $3)), 'UTC') AS month) AS m
WHERE m.month IS NOT NULL
