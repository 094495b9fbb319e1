-- Removes a target's bars of a range for which the rule gives none. $5: the times it gives one for.
DELETE FROM public.data_bars AS b
WHERE b.canonical_symbol = $1 AND b.timeframe = $2 AND b.ts_utc >= $3 AND b.ts_utc < $4 AND b.ts_utc <> ALL ($5)
