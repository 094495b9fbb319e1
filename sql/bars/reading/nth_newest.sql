-- The open of a series' $4-th newest bar before $3, or of its oldest where there are fewer; $5 names the table.
SELECT min(n.ts_utc) FROM (
  (SELECT b.ts_utc FROM public.data_bars AS b
   WHERE $5 = 'data_bars' AND b.canonical_symbol = $1 AND b.timeframe = $2 AND b.ts_utc >= '0001-01-02 00:00:00+00' AND b.ts_utc < $3
     ORDER BY b.ts_utc DESC LIMIT $4)
  UNION ALL
  (SELECT DISTINCT b.ts_utc FROM public.derived_data_bars AS b
   WHERE $5 = 'derived_data_bars' AND b.canonical_symbol = $1 AND b.timeframe = $2 AND b.ts_utc >= '0001-01-02 00:00:00+00'
     AND b.ts_utc < $3 AND b.deleted_at IS NULL ORDER BY b.ts_utc DESC LIMIT $4)
) AS n
