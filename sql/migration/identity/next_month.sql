-- The month (UTC) of the next bar of the symbol ($1) from $2 on, in the backup or in the table: where it begins and ends; no
-- row when there is none.
SELECT m.month AT TIME ZONE 'UTC', (m.month + interval '1 month') AT TIME ZONE 'UTC'
FROM (SELECT date_trunc('month', least(
        (SELECT min({time of b}) FROM {backup} AS b WHERE b.canonical_symbol = $1 AND b.ts_utc >= {from} AND b.ts_utc < 'infinity'),
        (SELECT min({time of b}) FROM {table} AS b WHERE b.canonical_symbol = $1 AND b.ts_utc >= {from} AND b.ts_utc < {to})
      ) AT TIME ZONE 'UTC') AS month) AS m
WHERE m.month IS NOT NULL
