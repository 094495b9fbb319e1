-- Bars of a series with every column, numbers as text; $5 names the table, and the other is not touched.
SELECT b.ts_utc, b.open::numeric(20,8)::text, b.high::numeric(20,8)::text, b.low::numeric(20,8)::text, b.close::numeric(20,8)::text, b.vol::text, b.vwap::text,
       b.trade_count, b.is_partial, b.source, b.ingested_at, b.raw::text, b.created_at, b.updated_at
FROM public.data_bars AS b
WHERE $5 = 'data_bars' AND b.canonical_symbol = $1 AND b.timeframe = $2 AND b.ts_utc >= $3 AND b.ts_utc < $4
UNION ALL
SELECT b.ts_utc, b.open::numeric(20,8)::text, b.high::numeric(20,8)::text, b.low::numeric(20,8)::text, b.close::numeric(20,8)::text, b.vol::text, b.vwap::text,
       b.trade_count, b.is_partial, b.source, b.ingested_at, b.raw::text, b.created_at, b.updated_at
FROM public.derived_data_bars AS b
WHERE $5 = 'derived_data_bars' AND b.canonical_symbol = $1 AND b.timeframe = $2 AND b.ts_utc >= $3 AND b.ts_utc < $4 AND b.deleted_at IS NULL
ORDER BY 1
