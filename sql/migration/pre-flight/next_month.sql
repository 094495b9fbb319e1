-- The month (UTC) of the next bar to be saved of a table ({0}); none when there is none before the end.
SELECT m.month AT TIME ZONE 'UTC', (m.month + interval '1 month') AT TIME ZONE 'UTC'
FROM (SELECT date_trunc('month', min({time of b}) AT TIME ZONE 'UTC') AS month
      FROM {0} AS b WHERE b.canonical_symbol = $1 AND b.ts_utc >= {from} AND b.ts_utc < {to}) AS m
WHERE m.month IS NOT NULL
