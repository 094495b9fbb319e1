-- The first bar of either table in [$2, $3).
SELECT least((SELECT min(b.ts_utc) FROM public.derived_data_bars AS b
              WHERE b.canonical_symbol = $1 AND b.timeframe = '1m' AND b.deleted_at IS NULL AND b.ts_utc >= $2 AND b.ts_utc < $3),
             (SELECT min(b.ts_utc) FROM public.data_bars AS b
              WHERE b.canonical_symbol = $1 AND b.timeframe = '1m' AND b.ts_utc >= $2 AND b.ts_utc < $3))
