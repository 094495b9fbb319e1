-- merge_data_bars.sql for the other table: only active rows (deleted_at is null) are seen, and the deriving version has a column too.
-- Parameters and letters are the same.
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
                AND (i.raw IS NULL OR d.raw = i.raw) THEN 'e'
           WHEN d.source <> $14 AND NOT $15 THEN 'k'
           WHEN NOT $16 AND NOT d.is_partial AND i.raw IS NOT NULL AND d.raw->'version' IS NOT DISTINCT FROM i.raw->'version'
                AND CASE WHEN jsonb_typeof(d.raw->'inputs') = 'number' THEN (d.raw->'inputs')::numeric
                         WHEN jsonb_typeof(d.raw->'age_total') = 'number' THEN -(d.raw->'age_total')::numeric ELSE 0 END > i.completeness THEN 'g'
           ELSE 'c'
         END AS outcome
  FROM input AS i
  -- One look-up a row, whatever the planner believed of the table when this statement was prepared.
  LEFT JOIN LATERAL (
    SELECT * FROM public.derived_data_bars AS d
    WHERE d.canonical_symbol = i.symbol AND d.timeframe = i.timeframe AND d.ts_utc = i.ts AND d.deleted_at IS NULL
    LIMIT 1) AS d ON true
), written AS (
  INSERT INTO public.derived_data_bars AS d (canonical_symbol, timeframe, ts_utc, open, high, low, close, vol, vwap, trade_count, is_partial,
                                     source, ingested_at, raw, created_at, updated_at, derivation_version)
  SELECT s.symbol, s.timeframe, s.ts, s.open, s.high, s.low, s.close, s.vol, s.vwap, s.trade_count, s.is_partial,
         $14, t.at, coalesce(s.raw, '{}'), t.at, t.at, coalesce((s.raw->>'version')::integer, 1)
  FROM seen AS s, (SELECT dxy.now() AS at) AS t
  WHERE s.outcome IN ('n', 'c')
  ORDER BY s.symbol, s.timeframe, s.ts
  ON CONFLICT (canonical_symbol, timeframe, ts_utc) WHERE deleted_at IS NULL DO UPDATE
  SET open = excluded.open, high = excluded.high, low = excluded.low, close = excluded.close, vol = excluded.vol, vwap = excluded.vwap,
      trade_count = excluded.trade_count, is_partial = excluded.is_partial, source = excluded.source, ingested_at = excluded.ingested_at,
      raw = CASE WHEN excluded.raw = '{}' THEN d.raw ELSE excluded.raw END, updated_at = excluded.updated_at,
      derivation_version = excluded.derivation_version
  WHERE (d.open, d.high, d.low, d.close, d.vol, d.vwap, d.trade_count, d.is_partial, d.raw)
        IS DISTINCT FROM (excluded.open, excluded.high, excluded.low, excluded.close, excluded.vol, excluded.vwap, excluded.trade_count,
                          excluded.is_partial, CASE WHEN excluded.raw = '{}' THEN d.raw ELSE excluded.raw END)
    AND ($15 OR d.source = excluded.source)
)
SELECT coalesce(string_agg(s.outcome, '' ORDER BY s.n), '') FROM seen AS s
