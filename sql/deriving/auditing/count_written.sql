-- What was written of a range since $5: rows in it, inserted, updated. $6 names the table.
SELECT count(*), count(*) FILTER (WHERE b.created_at >= $5), count(*) FILTER (WHERE b.updated_at >= $5 AND b.created_at < $5)
FROM (
  SELECT d.created_at, d.updated_at FROM public.data_bars AS d
  WHERE $6 = 'data_bars' AND d.canonical_symbol = $1 AND d.timeframe = $2 AND d.ts_utc >= $3 AND d.ts_utc < $4
  UNION ALL
  SELECT d.created_at, d.updated_at FROM public.derived_data_bars AS d
  WHERE $6 = 'derived_data_bars' AND d.canonical_symbol = $1 AND d.timeframe = $2 AND d.ts_utc >= $3 AND d.ts_utc < $4
    AND d.deleted_at IS NULL
) AS b
