-- What the sweep found: due, and counted, in one statement.
WITH made_due AS (
  INSERT INTO dxy.due (symbol, timeframe, from_ts, to_ts, cause, recorded_at) VALUES ($1, $2, $3, $4, 'sweep', dxy.now())
)
INSERT INTO dxy.missed (symbol, timeframe, from_ts, to_ts, bars, found_at) VALUES ($1, $2, $3, $4, $5, dxy.now())
