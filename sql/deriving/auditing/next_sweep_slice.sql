-- The first bar of any input of the target, and how far its history was swept.
SELECT (SELECT min(h.first_ts)
        FROM (SELECT dxy.derivable() AS times) AS t, dxy.dependency AS p,
             LATERAL (SELECT least((SELECT min(b.ts_utc) FROM public.data_bars AS b
                                    WHERE b.canonical_symbol = p.input_symbol AND b.timeframe = p.input_timeframe
                                      AND b.ts_utc >= lower(t.times) AND b.ts_utc < upper(t.times)),
                                   (SELECT min(b.ts_utc) FROM public.derived_data_bars AS b
                                    WHERE b.canonical_symbol = p.input_symbol AND b.timeframe = p.input_timeframe AND b.deleted_at IS NULL
                                      AND b.ts_utc >= lower(t.times) AND b.ts_utc < upper(t.times))) AS first_ts) AS h
        WHERE p.target_symbol = $1 AND p.target_timeframe = $2),
       (SELECT s.swept_to FROM dxy.sweep_position AS s WHERE s.symbol = $1 AND s.timeframe = $2)
