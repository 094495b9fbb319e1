-- What years of running leave behind, by the age of the row (1 is the newest): superseded versions that are still active, rows
-- deleted for cause, among them bad prints, rows that a backfill wrote, minutes that were never completed, and bars of the
-- vendor's own index in the new table. Returns how many of each.
WITH aged AS MATERIALIZED (
  SELECT d.*, d.ctid AS place, row_number() OVER (ORDER BY d.ts_utc DESC) AS age
  FROM public.derived_data_bars AS d WHERE d.canonical_symbol = 'DXY' AND d.timeframe = '1m'
), superseded AS (
  INSERT INTO public.derived_data_bars (canonical_symbol, timeframe, ts_utc, open, high, low, close, vol, vwap, trade_count, source,
    ingested_at, raw,
                                        created_at, updated_at, derivation_version)
  SELECT a.canonical_symbol, a.timeframe, a.ts_utc, a.open, a.high * 1.001, a.low, a.high * 1.001, 0, NULL, 0, 'synthetic', a.ingested_at,
    '{"kind": "dxy", "version": 0}',
         a.created_at - interval '1 second', a.created_at - interval '1 second', 0
  FROM aged AS a WHERE a.age % 200 = 7
  RETURNING 1
), deleted AS (
  INSERT INTO public.derived_data_bars (canonical_symbol, timeframe, ts_utc, open, high, low, close, vol, vwap, trade_count, source,
    ingested_at, raw,
                                        created_at, updated_at, derivation_version, deleted_at)
  SELECT a.canonical_symbol, a.timeframe, a.ts_utc, b.price, b.price, b.price, b.price, 0, NULL, 0, 'synthetic', a.ingested_at,
    '{"kind": "dxy", "version": 1}',
         a.created_at, a.created_at, 1, a.created_at + interval '1 hour'
  FROM aged AS a, LATERAL (SELECT CASE WHEN a.age % 1000 = 11 THEN 9999 ELSE a.close + 0.01 END AS price) AS b
  WHERE a.age % 250 = 11
  RETURNING close = 9999 AS bad
), foreign_rows AS (
  UPDATE public.derived_data_bars AS d SET source = 'backfill', raw = '{"job": "backfill-2"}'
  FROM aged AS a WHERE a.place = d.ctid AND a.age % 3000 = 1511
  RETURNING 1
), partial AS (
  UPDATE public.derived_data_bars AS d SET is_partial = true
  FROM aged AS a WHERE a.place = d.ctid AND a.age BETWEEN 300 AND 3000 AND a.age % 300 = 0
  RETURNING 1
), vendor AS (
  INSERT INTO public.data_bars (canonical_symbol, timeframe, ts_utc, open, high, low, close, source, ingested_at)
  SELECT a.canonical_symbol, a.timeframe, a.ts_utc, a.open, a.high + 0.02, a.low, a.close + 0.01, 'massive_api', a.ingested_at
  FROM aged AS a WHERE a.age BETWEEN 4000 AND 4004
  RETURNING 1
)
SELECT (SELECT count(*) FROM aged), (SELECT count(*) FROM superseded), (SELECT count(*) FROM deleted),
  (SELECT count(*) FROM deleted WHERE bad),
       (SELECT count(*) FROM foreign_rows), (SELECT count(*) FROM partial), (SELECT count(*) FROM vendor)
