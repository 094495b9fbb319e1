-- Whether an index's 1m bars stand in the old table alone: it is derived there until a migration moves it.
SELECT EXISTS (SELECT FROM public.derived_data_bars AS b WHERE b.canonical_symbol = $1 AND b.timeframe = '1m' AND b.deleted_at IS NULL)
   AND NOT EXISTS (SELECT FROM public.data_bars AS b WHERE b.canonical_symbol = $1 AND b.timeframe = '1m')
