-- The second write of a dual write. Where bars were pruned, what the new table holds in the window is looked at too.
SELECT dxy.mirror_bars($1, CASE WHEN $3
  THEN ARRAY(SELECT unnest($2::timestamptz[]) UNION
             SELECT b.ts_utc FROM public.data_bars AS b WHERE b.canonical_symbol = $1 AND b.timeframe = '1m' AND b.ts_utc >= $4
               AND b.ts_utc < $5)
  ELSE $2 END)
