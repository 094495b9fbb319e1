-- For each of the timeframes $3 of the symbol $1: the newest bucket that ended by $2 and has a final 1m bar, whether it is
-- stored, and the newest stored one.
SELECT e.timeframe, e.expected,
       e.expected IS NOT NULL AND EXISTS (SELECT FROM public.derived_data_bars AS b
                                          WHERE b.canonical_symbol = $1 AND b.timeframe = e.timeframe AND b.ts_utc = e.expected
                                            AND b.deleted_at IS NULL),
       (SELECT max(b.ts_utc) FROM public.derived_data_bars AS b WHERE b.canonical_symbol = $1 AND b.timeframe = e.timeframe
         AND b.deleted_at IS NULL)
FROM (SELECT t.timeframe, dxy.bucket(t.timeframe, (SELECT max(b.ts_utc) FROM public.data_bars AS b
                                                   WHERE b.canonical_symbol = $1 AND b.timeframe = '1m' AND NOT b.is_partial
                                                     AND b.ts_utc < dxy.bucket(t.timeframe, $2))) AS expected
      FROM unnest($3::text[]) AS t(timeframe)) AS e
