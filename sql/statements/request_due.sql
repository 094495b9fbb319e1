-- Work asked for by an operator or found by the sweep.
INSERT INTO dxy.due (symbol, timeframe, from_ts, to_ts, cause, version, prune, recorded_at)
SELECT $1, $2, $3, $4, $5, $6, $7, dxy.now()
