-- Bars of a series with every column, numbers as text; $5 names the table, and the other is not touched. Of several active versions of a bar the winner.
SELECT b.ts_utc, b.open::numeric(20,8)::text, b.high::numeric(20,8)::text, b.low::numeric(20,8)::text, b.close::numeric(20,8)::text, b.vol::text, b.vwap::text,
       b.trade_count, b.is_partial, b.source, b.ingested_at, b.raw::text, b.created_at, b.updated_at
FROM public.data_bars AS b
WHERE $5 = 'data_bars' AND b.canonical_symbol = $1 AND b.timeframe = $2 AND b.ts_utc >= $3 AND b.ts_utc < $4
UNION ALL
SELECT b.ts_utc, b.open::numeric(20,8)::text, b.high::numeric(20,8)::text, b.low::numeric(20,8)::text, b.close::numeric(20,8)::text, b.vol::text, b.vwap::text,
       b.trade_count, b.is_partial, b.source, b.ingested_at, b.raw::text, b.created_at, b.updated_at
FROM (SELECT DISTINCT ON (v.ts_utc) v.* FROM public.derived_data_bars AS v
      WHERE $5 = 'derived_data_bars' AND v.canonical_symbol = $1 AND v.timeframe = $2 AND v.ts_utc >= $3 AND v.ts_utc < $4 AND v.deleted_at IS NULL
      ORDER BY v.ts_utc, v.derivation_version DESC NULLS LAST, v.updated_at DESC NULLS LAST, v.ctid DESC) AS b
ORDER BY 1
