-- $1 the symbol, $2 the run: bars in the new table by source, and minutes of the old one (active, or soft-deleted by the run) that it
-- lacks and that no decision explains.
WITH lacking AS MATERIALIZED (
  SELECT DISTINCT o.ts_utc FROM public.derived_data_bars AS o
  WHERE o.canonical_symbol = $1 AND o.timeframe = '1m'
    AND (o.deleted_at IS NULL OR o.deleted_at IN (SELECT b.mark FROM dxy.run_batch AS b WHERE b.run = $2))
    AND NOT EXISTS (SELECT FROM public.data_bars AS n WHERE n.canonical_symbol = $1 AND n.timeframe = '1m' AND n.ts_utc = o.ts_utc)
    AND NOT EXISTS (SELECT FROM dxy.run_conflict AS c WHERE c.run = $2 AND c.ts_utc = o.ts_utc AND c.resolution = 'keep_target')
)
SELECT count(*) FILTER (WHERE n.source = 'synthetic') AS synthetic_bars,
  count(*) FILTER (WHERE n.source IS DISTINCT FROM 'synthetic') AS other_bars,
       min(n.ts_utc) AS first_bar, max(n.ts_utc) AS last_bar, (SELECT count(*) FROM lacking) AS lacking_minutes,
       (SELECT min(l.ts_utc) FROM lacking AS l) AS first_lacking
FROM public.data_bars AS n WHERE n.canonical_symbol = $1 AND n.timeframe = '1m'
