-- Keys that more than one row has, the first few; {0} is the table, {1} which rows count.
SELECT coalesce(count(*), 0), coalesce(sum(d.rows), 0)::bigint,
       coalesce(string_agg(format('(%s, %s, %s) %s times', d.canonical_symbol, d.timeframe,
         to_char(d.ts_utc AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), d.rows), '; ')
                FILTER (WHERE d.n <= 5), '')
FROM (SELECT b.canonical_symbol, b.timeframe, b.ts_utc, count(*) AS rows,
  row_number() OVER (ORDER BY b.canonical_symbol, b.timeframe, b.ts_utc) AS n
      FROM {0} AS b
      WHERE {1} AND b.canonical_symbol IS NOT NULL AND b.timeframe IS NOT NULL AND b.ts_utc IS NOT NULL
      GROUP BY b.canonical_symbol, b.timeframe, b.ts_utc HAVING count(*) > 1) AS d
