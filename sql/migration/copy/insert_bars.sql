-- Copies the winners that open in [$2, $3) and that the new table lacks. $4: no minute of the range has several active rows.
-- $5 names the run. $6: the new table held no minute of the range a moment ago, so that there is nothing to look for. Else
-- what is there is passed over before a row is built: finding out by a conflict costs several times as much. The look is
-- bounded by the range, since it may be made into a hash table. No lock of the target is needed: whoever writes a key after
-- us, by dual write, finds our row and puts the newer values in its place; one that anybody else writes before us is for the
-- caller to let stand, by a clause added here or by trying again. What is there isn't touched, and so isn't rewritten.
INSERT INTO public.data_bars (canonical_symbol, timeframe, ts_utc, open, high, low, close, vol, vwap, trade_count, is_partial,
                              source, ingested_at, raw, created_at, updated_at)
SELECT s.canonical_symbol, s.timeframe, s.ts_utc, s.open, s.high, s.low, s.close, s.vol, s.vwap, s.trade_count, s.is_partial,
       'synthetic', coalesce(s.ingested_at, s.created_at, (SELECT dxy.now())),
       CASE WHEN jsonb_typeof(s.raw) = 'object' THEN s.raw ELSE '{}' END
         || jsonb_build_object('migration', $5::text, 'orig_source', s.source, 'orig_version', s.derivation_version),
       coalesce(s.created_at, s.ingested_at, (SELECT dxy.now())), (SELECT dxy.now())
FROM public.derived_data_bars AS s
WHERE s.canonical_symbol = $1 AND s.timeframe = '1m' AND s.deleted_at IS NULL AND s.ts_utc >= $2 AND s.ts_utc < $3
  AND ($4 OR (s.tableoid, s.ctid) = (
    SELECT w.tableoid, w.ctid FROM public.derived_data_bars AS w
    WHERE w.canonical_symbol = s.canonical_symbol AND w.timeframe = s.timeframe AND w.ts_utc = s.ts_utc AND w.deleted_at IS NULL
    ORDER BY w.derivation_version DESC NULLS LAST, w.updated_at DESC NULLS LAST, w.ctid DESC LIMIT 1))
  AND (NOT s.is_partial OR EXISTS (
    SELECT FROM dxy.run_conflict AS c
    WHERE c.run = $5 AND c.ts_utc = s.ts_utc AND c.class = 'partial' AND c.resolution = 'take_source'))
  AND ($6 OR NOT EXISTS (
    SELECT FROM public.data_bars AS t
    WHERE t.canonical_symbol = $1 AND t.timeframe = '1m' AND t.ts_utc >= $2 AND t.ts_utc < $3 AND t.ts_utc = s.ts_utc))
ORDER BY s.ts_utc
