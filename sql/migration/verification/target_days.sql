-- The new table's rows of each UTC day of [$2, $3), and their hash, made as source_days.sql makes and explains it.
SELECT date_bin(interval '1 day', b.ts_utc, timestamptz '2000-01-01 00:00:00+00'), count(*),
       sum(hashint8extended(hash_record_extended(ROW(b.ts_utc, b.open::numeric, b.high::numeric, b.low::numeric, b.close::numeric, b.vol::numeric, b.vwap::numeric,
                                                     b.trade_count::bigint, b.is_partial), 7), 7))
FROM public.data_bars AS b
WHERE b.canonical_symbol = $1 AND b.timeframe = '1m' AND b.ts_utc >= $2 AND b.ts_utc < $3
GROUP BY 1
