-- The month of the next bar to be saved of a table ({0}); none when there is none before the end.
SELECT date_trunc('month', min(b.ts_utc) AT TIME ZONE 'UTC') AT TIME ZONE 'UTC',
  (date_trunc('month', min(b.ts_utc) AT TIME ZONE 'UTC') + interval '1 month') AT TIME ZONE 'UTC'
FROM {0} AS b WHERE b.canonical_symbol = $1 AND b.ts_utc >= $2 AND b.ts_utc < $3
HAVING min(b.ts_utc) IS NOT NULL
