-- The tables after everything was undone, against the backup ({0} of data_bars, {1} of derived_data_bars): rows that are gone
-- or changed, rows of the run that are left, and what arrived. Explained: another program wrote there meanwhile, or our
-- deriver corrected the bar (it says from which inputs).
WITH changed AS (
  SELECT 'data_bars' AS name, b.ts_utc, false AS corrected
  FROM {0} AS b LEFT JOIN public.data_bars AS n ON n.canonical_symbol = b.canonical_symbol AND n.timeframe = b.timeframe
    AND n.ts_utc = b.ts_utc
  WHERE n.ts_utc IS NULL OR (n.open, n.high, n.low, n.close, n.vol, n.vwap, n.trade_count, n.is_partial) IS DISTINCT FROM (b.open, b.high,
    b.low, b.close, b.vol, b.vwap, b.trade_count, b.is_partial)
  UNION ALL
  SELECT 'derived_data_bars', g.ts_utc, EXISTS (SELECT FROM public.derived_data_bars AS n WHERE n.canonical_symbol = $1
    AND n.timeframe = '1m' AND n.ts_utc = g.ts_utc
                                                 AND n.deleted_at IS NULL AND jsonb_typeof(to_jsonb(n)->'raw'->'inputs') = 'object'
                                                   AND NOT coalesce(to_jsonb(n)->'raw' ? 'migration', false))
  FROM (
    SELECT b.ts_utc, b.derivation_version, b.deleted_at, b.open, b.high, b.low, b.close, b.vol, b.vwap, b.trade_count, b.is_partial
      FROM {1} AS b WHERE b.timeframe = '1m'
    EXCEPT ALL
    SELECT n.ts_utc, n.derivation_version, n.deleted_at, n.open, n.high, n.low, n.close, n.vol, n.vwap, n.trade_count, n.is_partial
    FROM public.derived_data_bars AS n WHERE n.canonical_symbol = $1 AND n.timeframe = '1m') AS g
), judged AS (
  SELECT c.*, c.corrected OR EXISTS (SELECT FROM dxy.touch AS t WHERE t.symbol = $1 AND t.table_name = c.name AND NOT t.own
    AND c.ts_utc BETWEEN t.first_ts AND t.last_ts) AS explained
  FROM changed AS c
), here AS (
  SELECT n.ts_utc, coalesce(to_jsonb(n)->'raw' ? 'migration', false)
    OR coalesce(jsonb_typeof(to_jsonb(n)->'raw'->'inputs') = 'object', false) AS ours
  FROM public.data_bars AS n
  WHERE n.canonical_symbol = $1 AND n.timeframe = '1m'
    AND NOT EXISTS (SELECT FROM {0} AS b WHERE b.timeframe = '1m' AND b.ts_utc = n.ts_utc)
)
SELECT (SELECT count(*) FROM judged AS j WHERE NOT j.explained), (SELECT count(*) FROM judged AS j WHERE j.explained),
       (SELECT coalesce(string_agg(format('%s %s', j.name, to_char(j.ts_utc AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI"Z"')), ', '), '')
        FROM (SELECT q.* FROM judged AS q WHERE NOT q.explained ORDER BY q.name, q.ts_utc LIMIT 5) AS j),
       (SELECT count(*) FROM here AS h WHERE h.ours), (SELECT count(*) FROM here AS h WHERE NOT h.ours),
       (SELECT count(*) FROM public.derived_data_bars AS n WHERE n.canonical_symbol = $1 AND n.timeframe = '1m'
         AND NOT EXISTS (SELECT FROM {1} AS b WHERE b.timeframe = '1m' AND b.ts_utc = n.ts_utc)),
       (SELECT to_jsonb(r) - 'updated_at' - 'created_at' FROM public.core_asset_registry_all AS r
         WHERE r.canonical_symbol = $1) IS NOT DISTINCT FROM nullif(($2::jsonb)->'registry', 'null')
