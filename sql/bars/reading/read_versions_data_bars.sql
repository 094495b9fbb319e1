-- Which deriving version each stored bar of an index carries, and the samples it is made of; only those that have samples, or carry
-- another than $5, and one that there is.
SELECT b.ts_utc, (b.raw->'version')::integer, b.raw->>'samples'
FROM public.data_bars AS b
WHERE b.canonical_symbol = $1 AND b.timeframe = $2 AND b.ts_utc >= $3 AND b.ts_utc < $4
  AND b.raw->'version' IN (SELECT to_jsonb(v.version) FROM dxy.deriving_rule AS v)
   AND (b.raw->'version' <> to_jsonb($5) OR b.raw->'samples' IS NOT NULL)
ORDER BY b.ts_utc
