-- What the shop's ingest does, knowing nothing of ours. Arrays: $1 symbols, $2 times, $3-$6 open high low close, $7 volumes, $8 counts.
INSERT INTO public.data_bars (canonical_symbol, timeframe, ts_utc, open, high, low, close, vol, vwap, trade_count, source)
SELECT t.symbol, '1m', t.ts_utc, t.open, t.high, t.low, t.close, t.vol, NULL, t.trade_count, 'ingest'
FROM unnest($1::text[], $2::timestamptz[], $3::numeric[], $4::numeric[], $5::numeric[], $6::numeric[], $7::numeric[], $8::integer[])
     AS t(symbol, ts_utc, open, high, low, close, vol, trade_count)
ON CONFLICT DO NOTHING
