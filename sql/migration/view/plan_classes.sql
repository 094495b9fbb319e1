-- What a run would find, by class; see copy's classification. Nothing is written.
WITH active AS MATERIALIZED (
  SELECT s.ts_utc, s.open, s.high, s.low, s.close, s.vol, s.vwap, s.trade_count, s.is_partial,
         row_number() OVER (PARTITION BY s.ts_utc ORDER BY s.derivation_version DESC NULLS LAST, s.updated_at DESC NULLS LAST,
           s.ctid DESC) AS place
  FROM public.derived_data_bars AS s
  WHERE s.canonical_symbol = $1 AND s.timeframe = '1m' AND s.deleted_at IS NULL
), judged AS (
  SELECT CASE
           WHEN t.canonical_symbol IS NULL THEN CASE WHEN w.is_partial THEN 'partial' ELSE 'missing' END
           WHEN (w.open, w.high, w.low, w.close, w.vol, w.vwap, w.trade_count, w.is_partial)
                IS NOT DISTINCT FROM (t.open, t.high, t.low, t.close, t.vol, t.vwap, t.trade_count, t.is_partial) THEN 'identical'
           WHEN w.is_partial THEN 'partial'
           WHEN t.source IS DISTINCT FROM 'synthetic' THEN 'foreign'
           ELSE 'different'
         END AS class
  FROM active AS w LEFT JOIN public.data_bars AS t ON t.canonical_symbol = $1 AND t.timeframe = '1m' AND t.ts_utc = w.ts_utc
  WHERE w.place = 1
)
SELECT count(*) FILTER (WHERE j.class = 'missing'), count(*) FILTER (WHERE j.class = 'identical'),
  count(*) FILTER (WHERE j.class = 'different'),
       count(*) FILTER (WHERE j.class = 'foreign'), count(*) FILTER (WHERE j.class = 'partial'),
         (SELECT count(*) FROM active AS a WHERE a.place > 1),
       (SELECT count(*) FROM public.derived_data_bars AS d WHERE d.canonical_symbol = $1 AND d.timeframe = '1m'
         AND d.deleted_at IS NOT NULL),
       (SELECT count(*) FROM public.data_bars AS n WHERE n.canonical_symbol = $1 AND n.timeframe = '1m'
          AND NOT EXISTS (SELECT FROM active AS a WHERE a.ts_utc = n.ts_utc))
FROM judged AS j
