-- The newest minutes of the old table, the winner of each, against a recomputation from the components with numeric: how many
-- could be compared, how many differ by more than rounding ($5).
WITH newest AS (
  SELECT b.ts_utc, b.close
  FROM (SELECT DISTINCT ON (v.ts_utc) v.* FROM public.derived_data_bars AS v
        WHERE v.canonical_symbol = $1 AND v.timeframe = '1m' AND v.deleted_at IS NULL
        ORDER BY v.ts_utc DESC, v.derivation_version DESC NULLS LAST, v.updated_at DESC NULLS LAST, v.ctid DESC) AS b
  WHERE NOT b.is_partial
  ORDER BY b.ts_utc DESC LIMIT 500
), computed AS (
  SELECT n.ts_utc, n.close, $2::numeric * exp(sum(c.exponent * ln(b.close))) AS value
  FROM newest AS n, unnest($3::text[], $4::numeric[]) AS c(symbol, exponent)
  JOIN public.data_bars AS b ON b.canonical_symbol = c.symbol AND b.timeframe = '1m'
  WHERE b.ts_utc = n.ts_utc AND NOT b.is_partial AND b.close > 0
  GROUP BY n.ts_utc, n.close HAVING count(*) = cardinality($3::text[])
)
SELECT count(*), count(*) FILTER (WHERE abs(c.close - c.value) > $5), coalesce(max(abs(c.close - c.value)), 0)::double precision
  FROM computed AS c
