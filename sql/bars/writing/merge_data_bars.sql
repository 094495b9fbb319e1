-- Stores bars that differ from what is there, and tells of each what became of it, one letter a bar in the order they came:
-- n new, c changed, e equal, k kept (another source's row stands), g kept (the stored row was made from fuller inputs).
-- s kept (an index's bar with the same close, whose open, high and low another program sampled).
-- Equal rows are left alone before ON CONFLICT sees them: it would lock, and so rewrite, the row it doesn't update.
-- Arrays: $1 symbols, $2 timeframes, $3 times, $4-$7 open high low close, $8 volumes, $9 vwaps, $10 counts, $11 partial, $12
-- raw (null: leave), $13 completeness of the inputs. Scalars: $14 source, $15 take the place of other sources' rows, $16
-- ignore completeness, $17 replace what was sampled.
WITH input AS MATERIALIZED (
  SELECT t.*, t.raw_text::jsonb AS raw
  FROM unnest($1::text[], $2::text[], $3::timestamptz[], $4::numeric[], $5::numeric[], $6::numeric[], $7::numeric[],
              $8::numeric[], $9::numeric[], $10::integer[], $11::boolean[], $12::text[], $13::integer[]) WITH ORDINALITY
       AS t(symbol, timeframe, ts, open, high, low, close, vol, vwap, trade_count, is_partial, raw_text, completeness, n)
), seen AS MATERIALIZED (
  SELECT i.*,
         CASE
           WHEN d.canonical_symbol IS NULL THEN 'n'
           WHEN (d.open, d.high, d.low, d.close, d.vol, d.vwap, d.trade_count, d.is_partial)
                IS NOT DISTINCT FROM (i.open, i.high, i.low, i.close, i.vol, i.vwap, i.trade_count, i.is_partial)
                -- A copied row says besides who copied it.
                AND (i.raw IS NULL OR CASE WHEN jsonb_typeof(d.raw) = 'object' THEN d.raw - '{migration,orig_source,orig_version}'::text[]
                  ELSE d.raw END = i.raw) THEN 'e'
           -- What another program sampled within the minute can't be derived again: where the close agrees, its open, high and low stand.
           WHEN NOT $17 AND jsonb_typeof(i.raw->'inputs') = 'object' AND jsonb_typeof(d.raw->'inputs') IS DISTINCT FROM 'object'
                AND NOT d.is_partial AND d.close = i.close THEN 's'
           WHEN d.source <> $14 AND NOT $15 THEN 'k'
           WHEN NOT $16 AND NOT d.is_partial AND i.raw IS NOT NULL AND d.raw->'version' IS NOT DISTINCT FROM i.raw->'version'
                AND CASE WHEN jsonb_typeof(d.raw->'inputs') = 'number' THEN (d.raw->'inputs')::numeric
                         WHEN jsonb_typeof(d.raw->'age_total') = 'number' THEN -(d.raw->'age_total')::numeric
                           ELSE 0 END > i.completeness THEN 'g'
           ELSE 'c'
         END AS outcome
  FROM input AS i
  -- One look-up a row, whatever the planner believed of the table when this statement was prepared.
  LEFT JOIN LATERAL (
    SELECT * FROM public.data_bars AS d
    WHERE d.canonical_symbol = i.symbol AND d.timeframe = i.timeframe AND d.ts_utc = i.ts
    LIMIT 1) AS d ON true
), written AS (
  INSERT INTO public.data_bars AS d (canonical_symbol, timeframe, ts_utc, open, high, low, close, vol, vwap, trade_count, is_partial,
                                     source, ingested_at, raw, created_at, updated_at)
  SELECT s.symbol, s.timeframe, s.ts, s.open, s.high, s.low, s.close, s.vol, s.vwap, s.trade_count, s.is_partial,
         $14, t.at, coalesce(s.raw, '{}'), t.at, t.at
  FROM seen AS s, (SELECT dxy.now() AS at) AS t
  WHERE s.outcome IN ('n', 'c')
  ORDER BY s.symbol, s.timeframe, s.ts
  ON CONFLICT (canonical_symbol, timeframe, ts_utc) DO UPDATE
  SET open = excluded.open, high = excluded.high, low = excluded.low, close = excluded.close, vol = excluded.vol, vwap = excluded.vwap,
      trade_count = excluded.trade_count, is_partial = excluded.is_partial, source = excluded.source, ingested_at = excluded.ingested_at,
      raw = CASE WHEN excluded.raw = '{}' THEN d.raw ELSE excluded.raw END, updated_at = excluded.updated_at
  WHERE (d.open, d.high, d.low, d.close, d.vol, d.vwap, d.trade_count, d.is_partial, d.raw)
        IS DISTINCT FROM (excluded.open, excluded.high, excluded.low, excluded.close, excluded.vol, excluded.vwap, excluded.trade_count,
                          excluded.is_partial, CASE WHEN excluded.raw = '{}' THEN d.raw ELSE excluded.raw END)
    AND ($15 OR d.source = excluded.source)
)
SELECT coalesce(string_agg(s.outcome, '' ORDER BY s.n), '') FROM seen AS s
