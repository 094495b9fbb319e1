-- The old table's rows of each UTC day of [$2, $3), and their hash; target_days.sql says the same of the new one's.
--
-- Values are hashed by their type, so that 1.10 and 1.1 are the same. Each column has a seed of its own, so that two columns
-- that change values differ, and a number for NULL; zero and NaN hash to something near the seed, so seeds are large and far
-- apart. Columns are put together by XOR, which two rows that change values could leave with the same sum: hashing the result
-- once more takes that away. Every row is a number of its own that no part of another row can stand in for, and the day's sum
-- (exact, in numeric) doesn't depend on the rows' order. Two different days agree by a chance of about 1 in 2^64. Hashing the
-- row as a record says the same and takes a fifth longer. Each day is read by itself, in key order: it needs no grouping of
-- rows, which took a fifth of the time. Superseded versions make a day differ here; the rows are looked at then.
SELECT d.day, s.bars, s.hash
FROM generate_series(date_bin(interval '24 hours', $2, timestamptz '2000-01-01 00:00:00+00'), $3 - interval '1 microsecond',
  interval '24 hours') AS d(day),
LATERAL (
  SELECT count(*) AS bars,
         sum(hashint8extended(
           timestamp_hash_extended(b.ts_utc AT TIME ZONE 'UTC', 5354742270069193212) # hash_numeric_extended(b.open::numeric,
             2294756705928268010) # hash_numeric_extended(b.high::numeric, 3647476331570598169)
           # hash_numeric_extended(b.low::numeric, 5791876261951168430) # hash_numeric_extended(b.close::numeric, 675578566176341516)
           # coalesce(hash_numeric_extended(b.vol::numeric, 3667094990566135118),
             261357470883548497) # coalesce(hash_numeric_extended(b.vwap::numeric, 4128303351536460262), 6720553623471822325)
           # coalesce(hashint8extended(b.trade_count::bigint, 2192245500194651909), 417656890456456414) #
             CASE WHEN b.is_partial THEN 459508935852218594 WHEN NOT b.is_partial THEN 301510004983176144 ELSE 797711315081357775 END,
             7)) AS hash
  FROM public.derived_data_bars AS b
  WHERE b.canonical_symbol = $1 AND b.timeframe = '1m' AND b.deleted_at IS NULL AND b.ts_utc >= greatest(d.day, $2)
    AND b.ts_utc < least(d.day + interval '24 hours', $3)) AS s
WHERE s.bars > 0
