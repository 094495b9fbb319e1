-- Which deriving version each stored bar of an index carries; only those that don't carry $5.
SELECT b.ts_utc, (b.raw->>'version')::integer
FROM public.data_bars AS b
WHERE b.canonical_symbol = $1 AND b.timeframe = $2 AND b.ts_utc >= $3 AND b.ts_utc < $4
  AND (b.raw->>'version')::integer IS DISTINCT FROM $5 AND b.raw->>'version' IS NOT NULL
ORDER BY b.ts_utc
