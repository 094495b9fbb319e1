-- Whether live minutes come of what the target $1 of the timeframe $2 is made from: a bar of the last two market minutes is there. A look-up an input, whatever the
-- planner believes of the tables: as an EXISTS it read all of them.
SELECT coalesce(bool_or(coalesce(
  (SELECT true FROM public.data_bars AS b
   WHERE b.canonical_symbol = d.input_symbol AND b.timeframe = d.input_timeframe AND b.ts_utc > n.at - interval '2 minutes' AND b.ts_utc <= n.at LIMIT 1),
  -- An index's minutes may stand in the old table still.
  (SELECT true FROM public.derived_data_bars AS b
   WHERE b.canonical_symbol = d.input_symbol AND b.timeframe = d.input_timeframe AND b.ts_utc > n.at - interval '2 minutes' AND b.ts_utc <= n.at LIMIT 1),
  false)), false)
FROM dxy.dependency AS d, (SELECT dxy.now() AS at) AS n
WHERE d.target_symbol = $1 AND d.target_timeframe = $2
