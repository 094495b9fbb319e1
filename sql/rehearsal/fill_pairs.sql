-- Bars of the pairs for the open stretches [$1[i], $2[i]): a random walk of about half a percent a day that ends at the closes
-- $4 of the symbols $3 (places $5), so that what follows goes on from it. Chance is a hash of symbol and minute: every run
-- makes the same bars.
INSERT INTO public.data_bars (canonical_symbol, timeframe, ts_utc, open, high, low, close, vol, vwap, trade_count, source, ingested_at)
SELECT w.symbol, '1m', w.ts_utc, p.open, round(greatest(p.open, p.close) * (1 + 0.00006 * w.up)::numeric, w.places),
       round(least(p.open, p.close) * (1 - 0.00006 * w.down)::numeric, w.places), p.close,
       5 + round(40 * w.up::numeric), round((p.open + p.close) / 2, 8), 5 + (40 * w.down)::integer, 'ingest',
         w.ts_utc + interval '61 seconds'
FROM (
  SELECT s.symbol, s.places, m.ts_utc, n.up, n.down, n.step,
         s.close * exp(-coalesce(sum(n.step) OVER (PARTITION BY s.symbol ORDER BY m.ts_utc DESC ROWS BETWEEN UNBOUNDED PRECEDING
           AND 1 PRECEDING), 0)) AS close
  FROM unnest($3::text[], $4::double precision[], $5::integer[]) AS s(symbol, close, places),
       unnest($1::timestamptz[], $2::timestamptz[]) AS o(from_ts, to_ts),
       generate_series(o.from_ts, o.to_ts - interval '1 minute', interval '1 minute') AS m(ts_utc),
       LATERAL (SELECT hashtextextended(s.symbol || extract(epoch FROM m.ts_utc)::bigint, 1) AS h) AS c,
       LATERAL (SELECT ((c.h & 65535) / 65535.0 - 0.5)::double precision * 0.00045 AS step,
                       ((c.h >> 16) & 65535)::double precision / 65535 AS up, ((c.h >> 32) & 65535)::double precision / 65535 AS down) AS n
) AS w,
LATERAL (SELECT round(w.close::numeric, w.places) AS close, round((w.close * exp(-w.step))::numeric, w.places) AS open) AS p
