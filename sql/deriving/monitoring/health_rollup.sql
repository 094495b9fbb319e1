-- The newest 1m bar before $3, the end of the last closed bucket, and the newest stored bucket, of the rollup $1/$2. $4 names
-- the table of the 1m bars.
SELECT CASE WHEN $4 = 'data_bars'
            THEN (SELECT max(b.ts_utc) FROM public.data_bars AS b WHERE b.canonical_symbol = $1 AND b.timeframe = '1m'
              AND b.ts_utc >= '0001-01-02 00:00:00+00' AND b.ts_utc < $3 AND NOT b.is_partial)
            ELSE (SELECT max(b.ts_utc) FROM public.derived_data_bars AS b
                  WHERE b.canonical_symbol = $1 AND b.timeframe = '1m' AND b.ts_utc >= '0001-01-02 00:00:00+00' AND b.ts_utc < $3
                    AND NOT b.is_partial AND b.deleted_at IS NULL) END,
       (SELECT max(b.ts_utc) FROM public.derived_data_bars AS b
        WHERE b.canonical_symbol = $1 AND b.timeframe = $2 AND b.deleted_at IS NULL AND b.ts_utc >= '0001-01-02 00:00:00+00'
          AND b.ts_utc < '9999-12-30 00:00:00+00')
