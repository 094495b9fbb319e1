-- The newest moment at which any of the symbol's rows was soft-deleted. Looked up once: the old table's keys seldom serve deleted rows.
SELECT max(d.deleted_at) FROM public.derived_data_bars AS d
WHERE d.canonical_symbol = $1 AND d.timeframe = '1m' AND d.deleted_at < 'infinity'
