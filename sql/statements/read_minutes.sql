-- The minutes in which a series has a final bar, ascending; $5 names the table.
SELECT b.ts_utc FROM public.data_bars AS b
WHERE $5 = 'data_bars' AND b.canonical_symbol = $1 AND b.timeframe = $2 AND b.ts_utc >= $3 AND b.ts_utc < $4 AND NOT b.is_partial
UNION ALL
SELECT b.ts_utc FROM (SELECT DISTINCT ON (v.ts_utc) v.* FROM public.derived_data_bars AS v
      WHERE $5 = 'derived_data_bars' AND v.canonical_symbol = $1 AND v.timeframe = $2 AND v.ts_utc >= $3 AND v.ts_utc < $4 AND v.deleted_at IS NULL
      ORDER BY v.ts_utc, v.derivation_version DESC NULLS LAST, v.updated_at DESC NULLS LAST, v.ctid DESC) AS b
WHERE NOT b.is_partial
ORDER BY 1
