-- Bars of some days ($4) of [$2, $3) that differ between the tables of the symbol $1, and, in a row without a time, of how many.
-- $5: the run whose kept conflicts explain; $6: only these bars, with their values; $7: every bar, with its values.
-- The old table's bar is its winner: the greatest version, then the newest. Superseded versions are nobody's.
-- The new table has one row a bar by its key; should it have more, each further one is extra.
WITH source AS (
  SELECT DISTINCT ON (b.ts_utc) b.ts_utc, 1::bigint AS n, b.open, b.high, b.low, b.close, b.vol, b.vwap, b.trade_count, b.is_partial, b.raw
  FROM unnest($4::timestamptz[]) AS d(day)
  JOIN public.derived_data_bars AS b
    ON b.canonical_symbol = $1 AND b.timeframe = '1m' AND b.deleted_at IS NULL AND b.ts_utc >= d.day
      AND b.ts_utc < d.day + interval '24 hours'
  WHERE b.ts_utc >= $2 AND b.ts_utc < $3 AND ($6::timestamptz[] IS NULL OR b.ts_utc = ANY ($6))
  ORDER BY b.ts_utc, b.derivation_version DESC NULLS LAST, b.updated_at DESC NULLS LAST, b.ctid DESC
), target AS (
  SELECT b.ts_utc, row_number() OVER (PARTITION BY b.ts_utc ORDER BY b.ctid) AS n,
         b.open, b.high, b.low, b.close, b.vol, b.vwap, b.trade_count, b.is_partial, b.raw
  FROM unnest($4::timestamptz[]) AS d(day)
  JOIN public.data_bars AS b ON b.canonical_symbol = $1 AND b.timeframe = '1m' AND b.ts_utc >= d.day
    AND b.ts_utc < d.day + interval '24 hours'
  WHERE b.ts_utc >= $2 AND b.ts_utc < $3 AND ($6::timestamptz[] IS NULL OR b.ts_utc = ANY ($6))
), paired AS MATERIALIZED (
  SELECT ts_utc,
         CASE WHEN t.n IS NULL THEN 'missing' WHEN s.n IS NULL THEN 'extra'
              WHEN (s.open::numeric, s.high::numeric, s.low::numeric, s.close::numeric, s.vol::numeric, s.vwap::numeric,
                s.trade_count::bigint, s.is_partial)
                   IS DISTINCT FROM
                   (t.open::numeric, t.high::numeric, t.low::numeric, t.close::numeric, t.vol::numeric, t.vwap::numeric,
                     t.trade_count::bigint, t.is_partial)
              THEN 'different' END AS kind,
         CASE WHEN s.n IS NOT NULL AND ($6 IS NOT NULL OR $7) THEN
           ARRAY[s.open::text, s.high::text, s.low::text, s.close::text, s.vol::text, s.vwap::text, s.trade_count::text,
             s.is_partial::text] END AS source,
         CASE WHEN t.n IS NOT NULL AND ($6 IS NOT NULL OR $7) THEN
           ARRAY[t.open::text, t.high::text, t.low::text, t.close::text, t.vol::text, t.vwap::text, t.trade_count::text,
             t.is_partial::text] END AS target,
         CASE WHEN $7 THEN coalesce(t.raw, s.raw)::text END AS raw
  FROM source AS s FULL JOIN target AS t USING (ts_utc, n)
)
SELECT NULL::timestamptz, NULL::text, false, NULL::text[], NULL::text[], NULL::text, count(*) FROM paired
UNION ALL
SELECT p.ts_utc, p.kind,
       p.kind IS NOT NULL AND EXISTS (SELECT FROM dxy.run_conflict AS c WHERE c.run = $5 AND c.ts_utc = p.ts_utc
         AND c.resolution = 'keep_target'),
       p.source, p.target, p.raw, 1
FROM paired AS p
WHERE p.kind IS NOT NULL OR $7
ORDER BY 1 NULLS FIRST
