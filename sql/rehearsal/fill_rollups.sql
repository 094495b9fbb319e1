-- The old aggregator's buckets of the index, those that ended before $1.
INSERT INTO public.derived_data_bars (canonical_symbol, timeframe, ts_utc, open, high, low, close, vol, vwap, trade_count, source,
  ingested_at, raw, derivation_version)
SELECT 'DXY', t.timeframe, b.bucket, (array_agg(d.open ORDER BY d.ts_utc))[1], max(d.high), min(d.low),
  (array_agg(d.close ORDER BY d.ts_utc DESC))[1], 0, NULL, 0,
       'derived', b.bucket + t.length + interval '5 seconds', '{}', 1
FROM public.derived_data_bars AS d, (VALUES ('5m', interval '5 minutes'), ('1h', interval '1 hour')) AS t(timeframe, length),
     LATERAL (SELECT date_bin(t.length, d.ts_utc, timestamptz '2000-01-01 00:00:00+00') AS bucket) AS b
WHERE d.canonical_symbol = 'DXY' AND d.timeframe = '1m' AND d.deleted_at IS NULL AND d.ts_utc >= $1 - interval '720 hours'
  AND b.bucket + t.length <= $1
GROUP BY t.timeframe, t.length, b.bucket
