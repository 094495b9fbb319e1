-- Whether live minutes come of what the target $1 of the timeframe $2 is made from: a bar of the last two market minutes is there.
SELECT EXISTS (
  SELECT FROM dxy.dependency AS d, (SELECT dxy.now() AS at) AS n
  WHERE d.target_symbol = $1 AND d.target_timeframe = $2
    AND (EXISTS (SELECT FROM public.data_bars AS b
                 WHERE b.canonical_symbol = d.input_symbol AND b.timeframe = d.input_timeframe AND b.ts_utc > n.at - interval '2 minutes' AND b.ts_utc <= n.at)
         -- An index's minutes may stand in the old table still.
         OR EXISTS (SELECT FROM public.derived_data_bars AS b
                    WHERE b.canonical_symbol = d.input_symbol AND b.timeframe = d.input_timeframe AND b.ts_utc > n.at - interval '2 minutes' AND b.ts_utc <= n.at)))
