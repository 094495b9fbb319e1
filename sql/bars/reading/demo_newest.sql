-- The newest bar of each series in either table, and how many rows of it were written since $1.
SELECT n.symbol, n.timeframe, b.ts_utc, b.close, b.updated_at, c.written
FROM unnest($2::text[], $3::text[], $4::text[]) AS n(symbol, timeframe, table_name),
LATERAL (
  (SELECT d.ts_utc, d.close, d.updated_at FROM public.data_bars AS d
   WHERE n.table_name = 'data_bars' AND d.canonical_symbol = n.symbol AND d.timeframe = n.timeframe AND d.ts_utc < '9999-12-30 00:00:00+00'
     AND dxy.is_price(d.close) ORDER BY d.ts_utc DESC LIMIT 1)
  UNION ALL
  (SELECT d.ts_utc, d.close, d.updated_at FROM public.derived_data_bars AS d
   WHERE n.table_name = 'derived_data_bars' AND d.canonical_symbol = n.symbol AND d.timeframe = n.timeframe AND d.deleted_at IS NULL
     AND d.ts_utc < '9999-12-30 00:00:00+00' AND dxy.is_price(d.close)
   ORDER BY d.ts_utc DESC, d.derivation_version DESC NULLS LAST, d.updated_at DESC NULLS LAST LIMIT 1)
) AS b,
LATERAL (
  -- What a demo writes is younger than a week: older bars needn't be looked at.
  SELECT (SELECT count(*) FROM public.data_bars AS d
          WHERE n.table_name = 'data_bars' AND d.canonical_symbol = n.symbol AND d.timeframe = n.timeframe
            AND d.ts_utc > $1 - interval '168 hours' AND d.updated_at >= $1)
       + (SELECT count(*) FROM public.derived_data_bars AS d
          WHERE n.table_name = 'derived_data_bars' AND d.canonical_symbol = n.symbol AND d.timeframe = n.timeframe AND d.deleted_at IS NULL
            AND d.ts_utc < '9999-12-30 00:00:00+00' AND dxy.is_price(d.close)
            AND d.ts_utc > $1 - interval '168 hours' AND d.updated_at >= $1) AS written
) AS c
