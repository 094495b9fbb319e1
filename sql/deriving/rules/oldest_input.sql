-- The first instant from which all of these symbols ($1) have 1m bars, in the table $2; null when one has none.
SELECT CASE WHEN count(o.first_ts) = cardinality($1) THEN max(o.first_ts) END
FROM unnest($1::text[]) AS s(symbol),
LATERAL (SELECT CASE WHEN $2 = 'data_bars'
                     THEN (SELECT min(b.ts_utc) FROM public.data_bars AS b WHERE b.canonical_symbol = s.symbol AND b.timeframe = '1m'
                       AND b.ts_utc >= '1970-01-01 00:00:00+00')
                     ELSE (SELECT min(b.ts_utc) FROM public.derived_data_bars AS b
                           WHERE b.canonical_symbol = s.symbol AND b.timeframe = '1m' AND b.deleted_at IS NULL
                             AND b.ts_utc >= '1970-01-01 00:00:00+00') END AS first_ts) AS o
