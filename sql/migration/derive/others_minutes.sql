-- The newest active version of each of the symbol's minutes in [$2, $3) of the old table, where another program wrote it:
-- time, close in double precision, partial or not.
SELECT DISTINCT ON (d.ts_utc) d.ts_utc, d.close::float8, d.is_partial
FROM public.derived_data_bars AS d
WHERE d.canonical_symbol = $1 AND d.timeframe = '1m' AND d.deleted_at IS NULL AND d.ts_utc >= $2 AND d.ts_utc < $3 AND d.close IS NOT NULL
  AND jsonb_typeof(to_jsonb(d)->'raw'->'inputs') IS DISTINCT FROM 'object'
ORDER BY d.ts_utc, d.derivation_version DESC, d.updated_at DESC NULLS LAST, d.ctid DESC
