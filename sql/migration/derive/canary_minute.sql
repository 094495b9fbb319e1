-- The newest closed minute that every component has.
SELECT max(c.ts_utc)
FROM (SELECT b.ts_utc
      FROM public.data_bars AS b
      WHERE b.canonical_symbol = ANY ($1::text[]) AND b.timeframe = '1m' AND NOT b.is_partial
        AND b.ts_utc < date_trunc('minute', dxy.now())
        AND b.ts_utc >= (SELECT max(n.ts_utc) FROM public.data_bars AS n WHERE n.canonical_symbol = $1[1] AND n.timeframe = '1m'
          AND n.ts_utc <= dxy.now()) - interval '24 hours'
      GROUP BY b.ts_utc
      HAVING count(DISTINCT b.canonical_symbol) = cardinality($1::text[])) AS c
