SELECT NOT EXISTS (SELECT FROM public.data_bars AS b
                   WHERE b.canonical_symbol = $1 AND b.timeframe = $2 AND b.ts_utc >= $3 AND b.ts_utc < $4)
   AND NOT EXISTS (SELECT FROM public.derived_data_bars AS b
                   WHERE b.canonical_symbol = $1 AND b.timeframe = $2 AND b.ts_utc >= $3 AND b.ts_utc < $4 AND b.deleted_at IS NULL)
   -- What the host deleted softly there is for the merge to leave alone.
   AND NOT EXISTS (SELECT FROM dxy.correction AS c
                   WHERE c.canonical_symbol = $1 AND c.timeframe = $2 AND c.ts_utc >= $3 AND c.ts_utc < $4 AND c.soft)
