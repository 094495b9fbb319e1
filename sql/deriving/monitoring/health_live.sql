-- Whether bars of the series $1/$2 came as they happened, within an hour of their end: in the week up to its newest bar, $3;
-- and in the week before $4, where the last market day begins; and the first bar from $4 on. $5 names the table. What was
-- imported or derived later is history, of which nothing is late.
SELECT CASE WHEN $5 = 'data_bars'
            THEN EXISTS (SELECT FROM public.data_bars AS b WHERE b.canonical_symbol = $1 AND b.timeframe = $2
                         AND b.ts_utc > $3 - interval '168 hours' AND b.ts_utc <= $3 AND b.ingested_at <= b.ts_utc + interval '61 minutes')
            ELSE EXISTS (SELECT FROM public.derived_data_bars AS b WHERE b.canonical_symbol = $1 AND b.timeframe = $2
                         AND b.ts_utc > $3 - interval '168 hours' AND b.ts_utc <= $3
                           AND b.ingested_at <= b.ts_utc + interval '61 minutes') END,
       CASE WHEN $5 = 'data_bars'
            THEN EXISTS (SELECT FROM public.data_bars AS b WHERE b.canonical_symbol = $1 AND b.timeframe = $2
                         AND b.ts_utc >= $4 - interval '168 hours' AND b.ts_utc < $4 AND b.ingested_at <= b.ts_utc + interval '61 minutes')
            ELSE EXISTS (SELECT FROM public.derived_data_bars AS b WHERE b.canonical_symbol = $1 AND b.timeframe = $2
                         AND b.ts_utc >= $4 - interval '168 hours' AND b.ts_utc < $4
                           AND b.ingested_at <= b.ts_utc + interval '61 minutes') END,
       CASE WHEN $5 = 'data_bars'
            THEN (SELECT min(b.ts_utc) FROM public.data_bars AS b WHERE b.canonical_symbol = $1 AND b.timeframe = $2 AND b.ts_utc >= $4
              AND b.ts_utc < '9999-12-30 00:00:00+00')
            ELSE (SELECT min(b.ts_utc) FROM public.derived_data_bars AS b
                  WHERE b.canonical_symbol = $1 AND b.timeframe = $2 AND b.ts_utc >= $4 AND b.ts_utc < '9999-12-30 00:00:00+00'
                    AND b.deleted_at IS NULL) END
