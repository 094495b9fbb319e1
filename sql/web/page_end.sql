-- The open of a series' $6-th bar of the range, null where there are fewer; $5 names the table.
-- $7: bars that stood there once count as well, for who asks how it stood.
SELECT max(n.ts_utc)
FROM (
  SELECT DISTINCT u.ts_utc
  FROM (
    (SELECT b.ts_utc FROM public.data_bars AS b
     WHERE $5 = 'data_bars' AND b.canonical_symbol = $1 AND b.timeframe = $2 AND b.ts_utc >= $3 AND b.ts_utc < $4
     ORDER BY b.ts_utc LIMIT $6)
    UNION ALL
    (SELECT DISTINCT b.ts_utc FROM public.derived_data_bars AS b
     WHERE $5 = 'derived_data_bars' AND b.canonical_symbol = $1 AND b.timeframe = $2 AND b.ts_utc >= $3 AND b.ts_utc < $4
       AND b.deleted_at IS NULL
     ORDER BY b.ts_utc LIMIT $6)
    UNION ALL
    (SELECT DISTINCT c.ts_utc FROM dxy.correction AS c
     WHERE $7 AND c.table_name = $5 AND c.canonical_symbol = $1 AND c.timeframe = $2 AND c.ts_utc >= $3 AND c.ts_utc < $4
     ORDER BY c.ts_utc LIMIT $6)
  ) AS u
  ORDER BY u.ts_utc LIMIT $6
) AS n
HAVING count(*) >= $6
