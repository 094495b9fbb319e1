-- After a run ($2) of the symbol $1: the winners of the rows it soft-deleted against the new table, as they must have been
-- equal; a bar that was to be kept as the new table had it, or that was corrected (not removed) there since ($3, when the old
-- writes began to end), is explained. extra: active rows of the old table, which nobody ought to write any more.
WITH old AS MATERIALIZED (
  SELECT DISTINCT ON (s.ts_utc) s.ts_utc, s.open, s.high, s.low, s.close, s.vol, s.vwap, s.trade_count, s.is_partial
  FROM dxy.run_batch AS b JOIN public.derived_data_bars AS s
    ON s.canonical_symbol = $1 AND s.timeframe = '1m' AND s.ts_utc >= b.from_ts AND s.ts_utc < b.to_ts AND s.deleted_at = b.mark
  WHERE b.run = $2 AND b.step = 'cleanup/remove'
  ORDER BY s.ts_utc, s.derivation_version DESC NULLS LAST, s.updated_at DESC NULLS LAST, s.ctid DESC
), judged AS (
  SELECT o.ts_utc, n.canonical_symbol IS NULL AS missing,
         (o.open::numeric, o.high::numeric, o.low::numeric, o.close::numeric, o.vol::numeric, o.vwap::numeric, o.trade_count::bigint,
           o.is_partial)
           IS NOT DISTINCT FROM
         (n.open::numeric, n.high::numeric, n.low::numeric, n.close::numeric, n.vol::numeric, n.vwap::numeric, n.trade_count::bigint,
           n.is_partial) AS equal,
         EXISTS (SELECT FROM dxy.run_conflict AS c WHERE c.run = $2 AND c.ts_utc = o.ts_utc AND c.resolution = 'keep_target')
           OR n.canonical_symbol IS NOT NULL AND EXISTS (SELECT FROM dxy.correction AS k WHERE k.canonical_symbol = $1
             AND k.timeframe = '1m' AND k.ts_utc = o.ts_utc
                        AND k.table_name = 'data_bars' AND k.replaced_at >= $3) AS explained
  FROM old AS o LEFT JOIN public.data_bars AS n ON n.canonical_symbol = $1 AND n.timeframe = '1m' AND n.ts_utc = o.ts_utc
), active AS (
  SELECT a.ts_utc FROM public.derived_data_bars AS a WHERE a.canonical_symbol = $1 AND a.timeframe = '1m' AND a.deleted_at IS NULL
)
SELECT count(*), count(*) FILTER (WHERE j.missing AND NOT j.explained),
  count(*) FILTER (WHERE NOT j.missing AND NOT j.equal AND NOT j.explained),
       count(*) FILTER (WHERE NOT j.equal AND j.explained), (SELECT count(*) FROM active),
       least(min(j.ts_utc) FILTER (WHERE NOT j.equal AND NOT j.explained), (SELECT min(a.ts_utc) FROM active AS a))
FROM judged AS j
