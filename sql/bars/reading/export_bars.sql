-- Bars of a series with every column, numbers as text; $5 names the table, and the other is not touched. Of several active
-- versions of a bar the winner.
SELECT b.ts_utc, dxy.price_text(b.open), dxy.price_text(b.high), dxy.price_text(b.low), dxy.price_text(b.close), b.vol::text, b.vwap::text,
       b.trade_count::text, coalesce(b.is_partial, true), b.source, dxy.on_calendar(b.ingested_at), b.raw::text,
         dxy.on_calendar(b.created_at), dxy.on_calendar(b.updated_at)
FROM (
  SELECT d.ts_utc, d.open, d.high, d.low, d.close, d.vol, d.vwap, d.trade_count, d.is_partial, d.source, d.ingested_at, d.raw, d.created_at,
    d.updated_at
  FROM public.data_bars AS d
  WHERE $5 = 'data_bars' AND d.canonical_symbol = $1 AND d.timeframe = $2 AND d.ts_utc >= $3 AND d.ts_utc < $4
  UNION ALL
  SELECT w.ts_utc, w.open, w.high, w.low, w.close, w.vol, w.vwap, w.trade_count, w.is_partial, w.source, w.ingested_at, w.raw, w.created_at,
    w.updated_at
  FROM (SELECT DISTINCT ON (v.ts_utc) v.* FROM public.derived_data_bars AS v
        WHERE $5 = 'derived_data_bars' AND v.canonical_symbol = $1 AND v.timeframe = $2 AND v.ts_utc >= $3 AND v.ts_utc < $4
          AND v.deleted_at IS NULL
        ORDER BY v.ts_utc, v.derivation_version DESC NULLS LAST, v.updated_at DESC NULLS LAST, v.ctid DESC) AS w
) AS b
ORDER BY 1
