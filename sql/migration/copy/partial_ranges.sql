-- Minutes that have ended and whose newest active row in the old table is partial, neighbours joined.
SELECT lower(r), upper(r)
FROM (SELECT unnest(range_agg(tstzrange(p.ts_utc, p.ts_utc + interval '1 minute'))) AS r
      FROM (SELECT s.ts_utc FROM public.derived_data_bars AS s
            WHERE s.canonical_symbol = $1 AND s.timeframe = '1m' AND s.deleted_at IS NULL AND s.is_partial
              AND s.ts_utc <= (SELECT dxy.now()) - interval '2 minutes'
              AND NOT EXISTS (SELECT FROM public.derived_data_bars AS w
                              WHERE w.canonical_symbol = $1 AND w.timeframe = '1m' AND w.ts_utc = s.ts_utc AND w.deleted_at IS NULL
                                AND NOT w.is_partial
                                AND w.derivation_version >= s.derivation_version)) AS p) AS m
ORDER BY 1
