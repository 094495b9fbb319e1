-- merge_data_bars.sql for the other table. Only active rows (deleted_at is null) are seen, and of several of one bar the
-- winner alone: the greatest version, then the newest. What unique key the shop's table has doesn't matter: the winner is
-- updated where it stands, a bar that has none is inserted. Parameters and letters are the same; two more letters: d, the host
-- deleted the bar softly, and so it stays; r, neither updated nor inserted, because another program was faster or a
-- soft-deleted row holds the key.
WITH input AS MATERIALIZED (
  SELECT t.*, t.raw_text::jsonb AS raw
  FROM unnest($1::text[], $2::text[], $3::timestamptz[], $4::numeric[], $5::numeric[], $6::numeric[], $7::numeric[],
              $8::numeric[], $9::numeric[], $10::integer[], $11::boolean[], $12::text[], $13::integer[]) WITH ORDINALITY
       AS t(symbol, timeframe, ts, open, high, low, close, vol, vwap, trade_count, is_partial, raw_text, completeness, n)
), seen AS MATERIALIZED (
  SELECT i.*, d.part, d.place,
         CASE
           WHEN d.canonical_symbol IS NULL THEN CASE WHEN (
             SELECT c.soft FROM dxy.correction AS c
             WHERE c.table_name = 'derived_data_bars' AND c.canonical_symbol = i.symbol AND c.timeframe = i.timeframe AND c.ts_utc = i.ts
               AND NOT c.absent
             ORDER BY c.replaced_at DESC, c.id DESC LIMIT 1) THEN 'd' ELSE 'n' END
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
    SELECT d.*, d.tableoid AS part, d.ctid AS place FROM public.derived_data_bars AS d
    WHERE d.canonical_symbol = i.symbol AND d.timeframe = i.timeframe AND d.ts_utc = i.ts AND d.deleted_at IS NULL
    ORDER BY d.derivation_version DESC NULLS LAST, d.updated_at DESC NULLS LAST, d.ctid DESC
    LIMIT 1) AS d ON true
), updated AS (
  UPDATE public.derived_data_bars AS d
  SET open = s.open, high = s.high, low = s.low, close = s.close, vol = s.vol, vwap = s.vwap, trade_count = s.trade_count,
    is_partial = s.is_partial,
      source = $14, ingested_at = t.at, raw = coalesce(s.raw, d.raw), updated_at = t.at,
      -- A row that others stand beside keeps its version: with another it might collide with one of them, or no longer win.
      derivation_version = CASE
        WHEN d.derivation_version IS NOT DISTINCT FROM coalesce((s.raw->>'version')::integer,
          d.derivation_version) THEN d.derivation_version
        WHEN EXISTS (SELECT FROM public.derived_data_bars AS o
                     WHERE o.canonical_symbol = s.symbol AND o.timeframe = s.timeframe AND o.ts_utc = s.ts AND o.deleted_at IS NULL
                       AND (o.tableoid, o.ctid) IS DISTINCT FROM (s.part, s.place)) THEN d.derivation_version
        ELSE (s.raw->>'version')::integer END
  FROM seen AS s, (SELECT dxy.now() AS at) AS t
  WHERE s.outcome = 'c' AND d.tableoid = s.part AND d.ctid = s.place
    AND d.canonical_symbol = s.symbol AND d.timeframe = s.timeframe AND d.ts_utc = s.ts AND d.deleted_at IS NULL
  RETURNING s.n
), inserted AS (
  INSERT INTO public.derived_data_bars AS d (canonical_symbol, timeframe, ts_utc, open, high, low, close, vol, vwap, trade_count,
    is_partial,
                                     source, ingested_at, raw, created_at, updated_at, derivation_version)
  SELECT s.symbol, s.timeframe, s.ts, s.open, s.high, s.low, s.close, s.vol, s.vwap, s.trade_count, s.is_partial,
         $14, t.at, coalesce(s.raw, '{}'), t.at, t.at, coalesce((s.raw->>'version')::integer, 1)
  FROM seen AS s, (SELECT dxy.now() AS at) AS t
  WHERE s.outcome = 'n'
  ORDER BY s.symbol, s.timeframe, s.ts
  ON CONFLICT DO NOTHING
  RETURNING d.canonical_symbol, d.timeframe, d.ts_utc
)
SELECT coalesce(string_agg(
         CASE WHEN s.outcome = 'c' AND s.n NOT IN (SELECT u.n FROM updated AS u) THEN 'r'
              WHEN s.outcome = 'n' AND (s.symbol, s.timeframe, s.ts) NOT IN (SELECT i.canonical_symbol, i.timeframe, i.ts_utc
                FROM inserted AS i) THEN 'r'
              ELSE s.outcome END, '' ORDER BY s.n), '')
FROM seen AS s
