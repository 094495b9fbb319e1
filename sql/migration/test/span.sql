-- The oldest and the newest bar of the symbol $1 in the new table that do not lie in the future.
SELECT min(b.ts_utc), max(b.ts_utc) FROM public.data_bars AS b WHERE b.canonical_symbol = $1 AND b.timeframe = '1m'
  AND b.ts_utc <= dxy.now()
