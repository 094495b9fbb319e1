-- The buckets $3 (of the timeframes $2, one each) of the symbol $1 as they are stored and as their final 1m bars fold: whether
-- they are equal, and both as text.
SELECT t.timeframe, t.bucket, stored.bar IS NOT DISTINCT FROM folded.bar, stored.bar::text, folded.bar::text
FROM unnest($2::text[], $3::timestamptz[]) AS t(timeframe, bucket)
LEFT JOIN LATERAL (
  SELECT ROW(round(b.open, 8), round(b.high, 8), round(b.low, 8), round(b.close, 8), trim_scale(b.vol), round(b.vwap, 8),
    b.trade_count::bigint) AS bar
  FROM public.derived_data_bars AS b
  WHERE b.canonical_symbol = $1 AND b.timeframe = t.timeframe AND b.ts_utc = t.bucket AND b.deleted_at IS NULL
) AS stored ON true
LEFT JOIN LATERAL (
  SELECT ROW(round((array_agg(b.open ORDER BY b.ts_utc))[1], 8), round(max(b.high), 8), round(min(b.low), 8),
    round((array_agg(b.close ORDER BY b.ts_utc DESC))[1], 8),
             trim_scale(sum(b.vol)),
               round(sum(b.vwap * b.vol) FILTER (WHERE b.vol > 0) / nullif(sum(b.vol) FILTER (WHERE b.vol > 0 AND b.vwap IS NOT NULL), 0),
               8),
             sum(b.trade_count)) AS bar
  FROM public.data_bars AS b
  WHERE b.canonical_symbol = $1 AND b.timeframe = '1m' AND b.ts_utc >= t.bucket AND b.ts_utc < t.bucket + dxy.length_of(t.timeframe)
    AND NOT b.is_partial
) AS folded ON true
