-- The plain case of live bars: they are new. What is there already is left alone, and not returned; it is for merge_data_bars.sql to judge.
-- Arrays: $1 symbols, $2 timeframes, $3 times, $4-$7 open high low close, $8 volumes, $9 vwaps, $10 counts, $11 partial. $12 source.
INSERT INTO public.data_bars AS d (canonical_symbol, timeframe, ts_utc, open, high, low, close, vol, vwap, trade_count, is_partial,
                                   source, ingested_at, raw, created_at, updated_at)
SELECT i.symbol, i.timeframe, i.ts, i.open, i.high, i.low, i.close, i.vol, i.vwap, i.trade_count, i.is_partial, $12, t.at, '{}', t.at, t.at
FROM unnest($1::text[], $2::text[], $3::timestamptz[], $4::numeric[], $5::numeric[], $6::numeric[], $7::numeric[],
            $8::numeric[], $9::numeric[], $10::integer[], $11::boolean[])
     AS i(symbol, timeframe, ts, open, high, low, close, vol, vwap, trade_count, is_partial),
     (SELECT dxy.now() AS at) AS t
ORDER BY i.symbol, i.timeframe, i.ts
ON CONFLICT (canonical_symbol, timeframe, ts_utc) DO NOTHING
RETURNING d.canonical_symbol, d.timeframe, d.ts_utc
