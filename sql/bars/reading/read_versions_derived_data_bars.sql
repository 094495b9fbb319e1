-- Which deriving version each stored bar of an index carries (its winner, where there are several), and the samples it is made
-- of; only those that have samples, or carry another than $5, and one that there is.
SELECT w.ts_utc, (w.raw->'version')::integer, w.raw->>'samples'
FROM (SELECT DISTINCT ON (b.ts_utc) b.ts_utc, b.raw
      FROM public.derived_data_bars AS b
      WHERE b.canonical_symbol = $1 AND b.timeframe = $2 AND b.ts_utc >= $3 AND b.ts_utc < $4 AND b.deleted_at IS NULL
      ORDER BY b.ts_utc, b.derivation_version DESC NULLS LAST, b.updated_at DESC NULLS LAST, b.ctid DESC) AS w
WHERE w.raw->'version' IN (SELECT to_jsonb(v.version) FROM dxy.deriving_rule AS v)
   AND (w.raw->'version' <> to_jsonb($5) OR w.raw->'samples' IS NOT NULL)
ORDER BY w.ts_utc
