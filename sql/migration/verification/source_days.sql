-- The old table's rows of each UTC day of [$2, $3), and their hash; target_days.sql says the same of the new one's.
--
-- A row's hash is made of typed values, so that 1.10 and 1.1 are the same, and NULL, zero and NaN are three things (a seed of zero would make NULL and NaN one).
-- hash_record_extended alone is a sum over the columns: two rows that change values would leave a day's sum as it was. Hashing its result once more takes
-- that away: every row is a number of its own that no part of another row can stand in for, and the day's sum (exact, in numeric) doesn't depend on
-- the rows' order. Two different days agree by a chance of about 1 in 2^64.
-- Superseded versions make a day differ here; the rows are looked at then.
SELECT date_bin(interval '1 day', b.ts_utc, timestamptz '2000-01-01 00:00:00+00'), count(*),
       sum(hashint8extended(hash_record_extended(ROW(b.ts_utc, b.open::numeric, b.high::numeric, b.low::numeric, b.close::numeric, b.vol::numeric, b.vwap::numeric,
                                                     b.trade_count::bigint, b.is_partial), 7), 7))
FROM public.derived_data_bars AS b
WHERE b.canonical_symbol = $1 AND b.timeframe = '1m' AND b.deleted_at IS NULL AND b.ts_utc >= $2 AND b.ts_utc < $3
GROUP BY 1
