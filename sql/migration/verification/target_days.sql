-- The new table's rows of each UTC day of [$2, $3), and their hash, made as source_days.sql makes and explains it.
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
  FROM public.data_bars AS b
  WHERE b.canonical_symbol = $1 AND b.timeframe = '1m' AND b.ts_utc >= greatest(d.day, $2)
    AND b.ts_utc < least(d.day + interval '24 hours', $3)) AS s
WHERE s.bars > 0
