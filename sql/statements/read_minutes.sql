-- The minutes in which a series has a final bar, ascending; $5 names the table.
SELECT b.ts_utc FROM public.data_bars AS b
WHERE $5 = 'data_bars' AND b.canonical_symbol = $1 AND b.timeframe = $2 AND b.ts_utc >= $3 AND b.ts_utc < $4 AND NOT b.is_partial
UNION ALL
SELECT b.ts_utc FROM public.derived_data_bars AS b
WHERE $5 = 'derived_data_bars' AND b.canonical_symbol = $1 AND b.timeframe = $2 AND b.ts_utc >= $3 AND b.ts_utc < $4 AND NOT b.is_partial
  AND b.deleted_at IS NULL
ORDER BY 1
