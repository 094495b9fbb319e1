-- One row, as ours are written. $1 symbol, $2 timeframe, $3 time, $4 price, $5 source, $6 raw.
INSERT INTO public.derived_data_bars AS d (canonical_symbol, timeframe, ts_utc, open, high, low, close, vol, vwap, trade_count, is_partial,
  source, ingested_at, raw, created_at, updated_at, derivation_version)
SELECT $1::text, $2::text, $3::timestamptz, $4::numeric, $4::numeric, $4::numeric, $4::numeric, 0, NULL::numeric, 0, false,
       $5::text, now(), $6::jsonb, now(), now(), 1
