-- From the first to the last bar that there is of a target or its inputs, and a day more, for closes that are carried forward:
-- what a long request can be about.
WITH series AS (
  SELECT d.input_symbol AS symbol, d.input_timeframe AS timeframe FROM dxy.dependency AS d WHERE d.target_symbol = $1
    AND d.target_timeframe = $2
  UNION
  SELECT $1, $2
)
SELECT dxy.bucket($2, min(h.first_ts)), dxy.bucket($2, max(h.last_ts)) + interval '24 hours'
FROM series AS s, (SELECT dxy.derivable() AS times) AS t,
     LATERAL (SELECT least((SELECT min(b.ts_utc) FROM public.data_bars AS b WHERE b.canonical_symbol = s.symbol
       AND b.timeframe = s.timeframe AND b.ts_utc >= lower(t.times) AND b.ts_utc < upper(t.times)),
                           (SELECT min(b.ts_utc) FROM public.derived_data_bars AS b
                            WHERE b.canonical_symbol = s.symbol AND b.timeframe = s.timeframe AND b.deleted_at IS NULL
                              AND b.ts_utc >= lower(t.times) AND b.ts_utc < upper(t.times))) AS first_ts,
                     greatest((SELECT max(b.ts_utc) FROM public.data_bars AS b WHERE b.canonical_symbol = s.symbol
                       AND b.timeframe = s.timeframe AND b.ts_utc >= lower(t.times) AND b.ts_utc < upper(t.times)),
                              (SELECT max(b.ts_utc) FROM public.derived_data_bars AS b
                               WHERE b.canonical_symbol = s.symbol AND b.timeframe = s.timeframe AND b.deleted_at IS NULL
                                 AND b.ts_utc >= lower(t.times) AND b.ts_utc < upper(t.times))) AS last_ts) AS h
