-- The index as the legacy deriver left it, for the open stretches [$1[i], $2[i]): the formula's close where the pairs are
-- there (flat bars were not its way: it sampled within the minute, so high and low are real), and before them, where the shop
-- has thrown the pairs away, a walk that ends where they begin.
WITH level AS MATERIALIZED (
  SELECT b.ts_utc,
         (50.14348112::double precision * exp(
           -0.576 * ln((max(b.close) FILTER (WHERE b.canonical_symbol = 'EURUSD'))::double precision)
           + 0.136 * ln((max(b.close) FILTER (WHERE b.canonical_symbol = 'USDJPY'))::double precision)
           - 0.119 * ln((max(b.close) FILTER (WHERE b.canonical_symbol = 'GBPUSD'))::double precision)
           + 0.091 * ln((max(b.close) FILTER (WHERE b.canonical_symbol = 'USDCAD'))::double precision)
           + 0.042 * ln((max(b.close) FILTER (WHERE b.canonical_symbol = 'USDSEK'))::double precision)
           + 0.036 * ln((max(b.close) FILTER (WHERE b.canonical_symbol = 'USDCHF'))::double precision))) AS close
  FROM public.data_bars AS b
  WHERE b.timeframe = '1m'
  GROUP BY b.ts_utc
  HAVING count(*) = 6
), first AS (
  SELECT l.ts_utc, l.close FROM level AS l ORDER BY l.ts_utc LIMIT 1
), walk AS (
  SELECT m.ts_utc,
         f.close * exp(-coalesce(sum(c.step) OVER (ORDER BY m.ts_utc DESC ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0)) AS close
  FROM first AS f, unnest($1::timestamptz[], $2::timestamptz[]) AS o(from_ts, to_ts),
       generate_series(o.from_ts, o.to_ts - interval '1 minute', interval '1 minute') AS m(ts_utc),
       LATERAL (SELECT ((hashtextextended('DXY' || extract(epoch FROM m.ts_utc)::bigint,
         1) & 65535) / 65535.0 - 0.5)::double precision * 0.0003 AS step) AS c
  WHERE m.ts_utc < f.ts_utc
), minute AS (
  SELECT a.ts_utc, round(a.close::numeric, 8) AS close,
         coalesce(lag(round(a.close::numeric, 8)) OVER (ORDER BY a.ts_utc), round(a.close::numeric, 8)) AS open
  FROM (SELECT ts_utc, close FROM walk UNION ALL SELECT ts_utc, close FROM level) AS a
)
INSERT INTO public.derived_data_bars (canonical_symbol, timeframe, ts_utc, open, high, low, close, vol, vwap, trade_count, is_partial,
  source, ingested_at, raw,
                                      created_at, updated_at, derivation_version)
SELECT 'DXY', '1m', m.ts_utc, m.open, round(greatest(m.open, m.close) * (1 + 0.00004 * n.up), 8),
  round(least(m.open, m.close) * (1 - 0.00004 * n.down), 8), m.close,
       0, NULL, 0, false, 'synthetic', m.ts_utc + interval '62 seconds', '{"kind": "dxy", "version": 1}', m.ts_utc + interval '62 seconds',
       m.ts_utc + interval '62 seconds', 1
FROM minute AS m, LATERAL (SELECT hashtextextended(extract(epoch FROM m.ts_utc)::bigint::text, 2) AS h) AS c,
     LATERAL (SELECT (c.h & 1023)::numeric / 1023 AS up, ((c.h >> 10) & 1023)::numeric / 1023 AS down) AS n
