INSERT INTO dxy.due (symbol, timeframe, from_ts, to_ts, cause, recorded_at)
SELECT $1, $2, r.from_ts, r.to_ts, 'request', dxy.now() FROM unnest($3::timestamptz[], $4::timestamptz[]) AS r(from_ts, to_ts)
