-- The newest minutes of the old table against a recomputation from the components with numeric: how many could be compared, how many differ by more than rounding.
WITH newest AS (
  SELECT b.ts_utc, b.close FROM public.derived_data_bars AS b
  WHERE b.canonical_symbol = $1 AND b.timeframe = '1m' AND b.deleted_at IS NULL AND NOT b.is_partial ORDER BY b.ts_utc DESC LIMIT 500
), computed AS (
  SELECT n.ts_utc, n.close, $2::numeric * exp(sum(c.exponent * ln(b.close))) AS value
  FROM newest AS n, unnest($3::text[], $4::numeric[]) AS c(symbol, exponent)
  JOIN public.data_bars AS b ON b.canonical_symbol = c.symbol AND b.timeframe = '1m'
  WHERE b.ts_utc = n.ts_utc AND NOT b.is_partial AND b.close > 0
  GROUP BY n.ts_utc, n.close HAVING count(*) = cardinality($3::text[])
)
SELECT count(*), count(*) FILTER (WHERE abs(c.close - c.value) > 0.000001), coalesce(max(abs(c.close - c.value)), 0)::double precision FROM computed AS c
