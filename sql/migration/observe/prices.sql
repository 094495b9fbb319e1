-- The newest $3 final bars of the symbol $1 that open before $2, and no older than $4, ascending. As doubles, which hold NaN and infinity.
SELECT n.ts_utc, n.low, n.high, n.close
FROM (SELECT b.ts_utc, b.low::double precision, b.high::double precision, b.close::double precision
      FROM public.data_bars AS b
      WHERE b.canonical_symbol = $1 AND b.timeframe = '1m' AND b.ts_utc < $2 AND b.ts_utc >= $4 AND NOT b.is_partial
      ORDER BY b.ts_utc DESC LIMIT $3) AS n
ORDER BY n.ts_utc
