-- Bars that were written to the new table alone, brought to the old one: those it lacks, and those that were made anew since
-- the old writes ended ($4), but for what another program wrote there meanwhile: that stays as he wrote it. A batch by time;
-- returns how many were written and where the next batch begins.
WITH batch AS MATERIALIZED (
  SELECT b.* FROM public.data_bars AS b
  WHERE b.canonical_symbol = $1 AND b.timeframe = '1m' AND b.ts_utc >= $2 AND jsonb_typeof(b.raw->'inputs') = 'object'
  ORDER BY b.ts_utc LIMIT $3
), paired AS MATERIALIZED (
  SELECT b.*, d.row_id
  FROM batch AS b
  LEFT JOIN LATERAL (SELECT s.ctid AS row_id, s.* FROM public.derived_data_bars AS s
                     WHERE s.canonical_symbol = $1 AND s.timeframe = '1m' AND s.ts_utc = b.ts_utc AND s.deleted_at IS NULL
                     ORDER BY s.derivation_version DESC, s.updated_at DESC NULLS LAST, s.ctid DESC LIMIT 1) AS d ON true
  WHERE d.row_id IS NULL
     OR (d.open, d.high, d.low, d.close, d.vol, d.vwap, d.trade_count, d.is_partial)
        IS DISTINCT FROM (b.open, b.high, b.low, b.close, b.vol, b.vwap, b.trade_count, b.is_partial)
        AND NOT EXISTS (SELECT FROM dxy.touch AS t
                        WHERE t.symbol = $1 AND t.table_name = 'derived_data_bars' AND NOT t.own AND t.at >= $4
                          AND b.ts_utc BETWEEN t.first_ts AND t.last_ts)
), renewed AS (
  UPDATE public.derived_data_bars AS d
  SET open = p.open, high = p.high, low = p.low, close = p.close, vol = p.vol, vwap = p.vwap, trade_count = p.trade_count,
    is_partial = p.is_partial,
      raw = p.raw, ingested_at = p.ingested_at, updated_at = dxy.now()
  FROM paired AS p WHERE d.ctid = p.row_id
  RETURNING 1
), added AS (
  INSERT INTO public.derived_data_bars (canonical_symbol, timeframe, ts_utc, open, high, low, close, vol, vwap, trade_count, is_partial,
                                        source, ingested_at, raw, created_at, updated_at, derivation_version)
  SELECT p.canonical_symbol, p.timeframe, p.ts_utc, p.open, p.high, p.low, p.close, p.vol, p.vwap, p.trade_count, p.is_partial,
         'synthetic', p.ingested_at, p.raw, t.at, t.at, coalesce((p.raw->>'version')::integer, 1)
  FROM paired AS p, (SELECT dxy.now() AS at) AS t WHERE p.row_id IS NULL
  ORDER BY p.ts_utc
  ON CONFLICT DO NOTHING
  RETURNING 1
)
SELECT (SELECT count(*) FROM renewed) + (SELECT count(*) FROM added), (SELECT max(b.ts_utc) + interval '1 minute' FROM batch AS b)
