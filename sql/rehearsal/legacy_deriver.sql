-- What the legacy deriver does, knowing nothing of ours: the index's minutes of [$1, $2) that the six pairs are there for. {0} are columns
-- that it gives beyond the prices, {1} their values.
WITH minute AS (
  SELECT b.ts_utc, max(b.close) FILTER (WHERE b.canonical_symbol = 'EURUSD') AS eurusd,
    max(b.close) FILTER (WHERE b.canonical_symbol = 'USDJPY') AS usdjpy,
         max(b.close) FILTER (WHERE b.canonical_symbol = 'GBPUSD') AS gbpusd,
           max(b.close) FILTER (WHERE b.canonical_symbol = 'USDCAD') AS usdcad,
         max(b.close) FILTER (WHERE b.canonical_symbol = 'USDSEK') AS usdsek,
           max(b.close) FILTER (WHERE b.canonical_symbol = 'USDCHF') AS usdchf
  FROM public.data_bars AS b
  WHERE b.timeframe = '1m' AND b.ts_utc >= $1 AND b.ts_utc < $2
    AND b.canonical_symbol IN ('EURUSD', 'USDJPY', 'GBPUSD', 'USDCAD', 'USDSEK', 'USDCHF')
  GROUP BY b.ts_utc
  HAVING count(DISTINCT b.canonical_symbol) = 6
)
INSERT INTO public.derived_data_bars (canonical_symbol, timeframe, ts_utc, open, high, low, close{0})
SELECT 'DXY', '1m', m.ts_utc, c.close, round(c.close * 1.00002, 8), round(c.close * 0.99998, 8), c.close{1}
FROM minute AS m,
     LATERAL (SELECT round((50.14348112::double precision * exp(
       -0.576 * ln(m.eurusd::double precision) + 0.136 * ln(m.usdjpy::double precision) - 0.119 * ln(m.gbpusd::double precision)
       + 0.091 * ln(m.usdcad::double precision) + 0.042 * ln(m.usdsek::double precision) + 0.036 *
         ln(m.usdchf::double precision)))::numeric, 8) AS close) AS c
ON CONFLICT DO NOTHING
