-- Active rows of the old table: how many, and of the first three why they can't be proven.
SELECT (SELECT count(*) FROM public.derived_data_bars AS s WHERE s.canonical_symbol = $1 AND s.timeframe = '1m' AND s.deleted_at IS NULL),
       (SELECT string_agg(format('%s: %s', coalesce(to_char(f.ts_utc AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), 'without a time'),
                                 CASE WHEN t.canonical_symbol IS NULL THEN 'data_bars has no bar'
                                   ELSE format('close %s, in data_bars %s', f.close, t.close) END), ', ' ORDER BY f.ts_utc)
        FROM (SELECT * FROM public.derived_data_bars AS s
              WHERE s.canonical_symbol = $1 AND s.timeframe = '1m' AND s.deleted_at IS NULL ORDER BY s.ts_utc LIMIT 3) AS f
        LEFT JOIN public.data_bars AS t ON t.canonical_symbol = f.canonical_symbol AND t.timeframe = f.timeframe AND t.ts_utc = f.ts_utc)
