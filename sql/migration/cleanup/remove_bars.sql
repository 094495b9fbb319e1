-- Soft-deletes, with the mark $5, the active rows of [$2, $3) that are proven: the minute's winner equals the new table's bar;
-- or equals what the new table said when the old writes ended ($6), and was corrected there since; or is a conflict that the
-- run ($4) was told to keep as the new table has it. $7: no minute of the range has several active rows. Older versions go
-- with their winner. The winner stays the newest of them, should they come back.
UPDATE public.derived_data_bars AS s
SET deleted_at = $5,
    updated_at = CASE WHEN $7 OR (s.tableoid, s.ctid) = (
      SELECT w.tableoid, w.ctid FROM public.derived_data_bars AS w
      WHERE w.canonical_symbol = s.canonical_symbol AND w.timeframe = s.timeframe AND w.ts_utc = s.ts_utc AND w.deleted_at IS NULL
      ORDER BY w.derivation_version DESC NULLS LAST, w.updated_at DESC NULLS LAST, w.ctid DESC LIMIT 1) THEN (SELECT dxy.now())
        ELSE s.updated_at END
WHERE s.canonical_symbol = $1 AND s.timeframe = '1m' AND s.ts_utc >= $2 AND s.ts_utc < $3 AND s.deleted_at IS NULL
  AND ($7 AND EXISTS (
         SELECT FROM public.data_bars AS t
         WHERE t.canonical_symbol = s.canonical_symbol AND t.timeframe = s.timeframe AND t.ts_utc = s.ts_utc
           AND (t.open, t.high, t.low, t.close, t.vol, t.vwap, t.trade_count, t.is_partial)
               IS NOT DISTINCT FROM (s.open, s.high, s.low, s.close, s.vol, s.vwap, s.trade_count, s.is_partial))
       OR EXISTS (
         SELECT FROM (
           SELECT o.* FROM public.derived_data_bars AS o
           WHERE o.canonical_symbol = s.canonical_symbol AND o.timeframe = s.timeframe AND o.ts_utc = s.ts_utc AND o.deleted_at IS NULL
           ORDER BY o.derivation_version DESC NULLS LAST, o.updated_at DESC NULLS LAST, o.ctid DESC LIMIT 1) AS w
         WHERE EXISTS (
             SELECT FROM public.data_bars AS t
             WHERE t.canonical_symbol = w.canonical_symbol AND t.timeframe = w.timeframe AND t.ts_utc = w.ts_utc
               AND ((t.open, t.high, t.low, t.close, t.vol, t.vwap, t.trade_count, t.is_partial)
                    IS NOT DISTINCT FROM (w.open, w.high, w.low, w.close, w.vol, w.vwap, w.trade_count, w.is_partial)
                    OR EXISTS (
                      SELECT FROM dxy.correction AS k
                      WHERE k.canonical_symbol = $1 AND k.timeframe = '1m' AND k.ts_utc = w.ts_utc AND k.table_name = 'data_bars'
                        AND k.replaced_at >= $6
                        AND NOT w.is_partial
                        AND (k.open, k.high, k.low, k.close, k.vol, k.vwap, k.trade_count)
                            IS NOT DISTINCT FROM (w.open, w.high, w.low, w.close, w.vol, w.vwap, w.trade_count))))
           OR EXISTS (
             SELECT FROM dxy.run_conflict AS c
             WHERE c.run = $4 AND c.ts_utc = w.ts_utc AND c.resolution = 'keep_target'
               AND c.source @> jsonb_build_object('open', w.open, 'high', w.high, 'low', w.low, 'close', w.close, 'vol', w.vol, 'vwap',
                 w.vwap,
                                                  'trade_count', w.trade_count, 'is_partial', w.is_partial))))
