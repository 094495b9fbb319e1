-- export_bars.sql as it would have answered at the instant $6: of each bar the values that had begun by then and had not
-- ended. A value that took another's place began when that one ended; the first, and one that came after a deletion, when its
-- row says that it was written, if it says. A bar that hadn't ended was not there yet.
WITH standing AS (
  SELECT b.ts_utc, b.open, b.high, b.low, b.close, b.vol, b.vwap, b.trade_count, b.is_partial, b.source, b.ingested_at, b.raw, b.created_at,
    b.updated_at
  FROM public.data_bars AS b
  WHERE $5 = 'data_bars' AND b.canonical_symbol = $1 AND b.timeframe = $2 AND b.ts_utc >= $3 AND b.ts_utc < $4
  UNION ALL
  SELECT b.ts_utc, b.open, b.high, b.low, b.close, b.vol, b.vwap, b.trade_count, b.is_partial, b.source, b.ingested_at, b.raw, b.created_at,
    b.updated_at
  FROM (SELECT DISTINCT ON (v.ts_utc) v.* FROM public.derived_data_bars AS v
        WHERE $5 = 'derived_data_bars' AND v.canonical_symbol = $1 AND v.timeframe = $2 AND v.ts_utc >= $3 AND v.ts_utc < $4
          AND v.deleted_at IS NULL
        ORDER BY v.ts_utc, v.derivation_version DESC NULLS LAST, v.updated_at DESC NULLS LAST, v.ctid DESC) AS b
), ended AS (
  SELECT c.*, coalesce(c.ended_at, c.replaced_at) AS until, row_number() OVER (PARTITION BY c.ts_utc ORDER BY c.replaced_at, c.id) AS place
  FROM dxy.correction AS c
  WHERE c.table_name = $5 AND c.canonical_symbol = $1 AND c.timeframe = $2 AND c.ts_utc >= $3 AND c.ts_utc < $4
), stated AS (
  SELECT e.ts_utc, e.open, e.high, e.low, e.close, e.vol, e.vwap, e.trade_count::numeric AS trade_count, false AS is_partial, e.source,
         NULL::timestamptz AS ingested_at, '{}' AS raw, NULL::timestamptz AS created_at, NULL::timestamptz AS updated_at,
         e.absent, e.until, e.began_at AS told, before.until AS before, before.deleted
  FROM ended AS e LEFT JOIN ended AS before ON before.ts_utc = e.ts_utc AND before.place = e.place - 1
  UNION ALL
  SELECT s.ts_utc, s.open, s.high, s.low, s.close, s.vol, s.vwap, s.trade_count::numeric, coalesce(s.is_partial, true), s.source,
         s.ingested_at, s.raw::text, s.created_at, s.updated_at,
         false, 'infinity', coalesce(s.created_at, s.ingested_at, s.updated_at), before.until, before.deleted
  FROM standing AS s LEFT JOIN (SELECT DISTINCT ON (e.ts_utc) e.* FROM ended AS e ORDER BY e.ts_utc, e.place DESC) AS before
    ON before.ts_utc = s.ts_utc
)
SELECT b.ts_utc, dxy.price_text(b.open), dxy.price_text(b.high), dxy.price_text(b.low), dxy.price_text(b.close), b.vol::text, b.vwap::text,
       b.trade_count::text, b.is_partial, b.source, dxy.on_calendar(b.ingested_at), b.raw, dxy.on_calendar(b.created_at),
         dxy.on_calendar(b.updated_at)
FROM stated AS b
WHERE NOT b.absent AND b.until > $6 AND b.ts_utc + dxy.length_of($2) <= $6
  -- Of one whose row says nothing of when it was written nobody knows that it wasn't there. (least passes over a null, and
  -- would take its end for its beginning.)
  AND CASE WHEN b.before IS NULL THEN b.told IS NULL OR least(b.told, b.until) <= $6
           WHEN b.deleted AND b.told IS NOT NULL THEN greatest(b.before, least(b.told, b.until)) <= $6
           ELSE b.before <= $6 END
ORDER BY 1
