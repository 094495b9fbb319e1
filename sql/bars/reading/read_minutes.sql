-- The minutes for which a series has a final row, ascending, and why the row is no bar, null where it is one; $5 names the
-- table. $6: only the close is asked for, as an index does.
SELECT b.ts_utc,
       CASE WHEN $6 THEN CASE WHEN NOT dxy.is_price(b.close) THEN 'close is ' || coalesce(left(b.close::text, 40), 'null') END
            ELSE dxy.bar_fault(b.open, b.high, b.low, b.close) END
FROM (
  SELECT d.ts_utc, d.open, d.high, d.low, d.close, d.is_partial FROM public.data_bars AS d
  WHERE $5 = 'data_bars' AND d.canonical_symbol = $1 AND d.timeframe = $2 AND d.ts_utc >= $3 AND d.ts_utc < $4 AND NOT d.is_partial
  UNION ALL
  (SELECT DISTINCT ON (v.ts_utc) v.ts_utc, v.open, v.high, v.low, v.close, v.is_partial FROM public.derived_data_bars AS v
   WHERE $5 = 'derived_data_bars' AND v.canonical_symbol = $1 AND v.timeframe = $2 AND v.ts_utc >= $3 AND v.ts_utc < $4
     AND v.deleted_at IS NULL
   ORDER BY v.ts_utc, v.derivation_version DESC NULLS LAST, v.updated_at DESC NULLS LAST, v.ctid DESC)
) AS b
WHERE NOT b.is_partial
ORDER BY 1
