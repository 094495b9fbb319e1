-- Compare and set: revision $10 is what the caller last saw (0: none). A row back means it is saved. With the end ($9) the minute is due,
-- by the version that is made of samples ($11), and what is older than a week goes.
WITH saved AS (
  INSERT INTO dxy.sampled_minute AS s (symbol, ts_utc, open, high, low, last, samples, expected, is_ended, revision, saved_at)
  SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10 + 1, dxy.now()
  WHERE $10 = 0 OR EXISTS (SELECT FROM dxy.sampled_minute AS g WHERE g.symbol = $1 AND g.ts_utc = $2 AND g.revision = $10)
  ON CONFLICT (symbol, ts_utc) DO UPDATE
  SET open = excluded.open, high = excluded.high, low = excluded.low, last = excluded.last, samples = excluded.samples,
      expected = excluded.expected, is_ended = excluded.is_ended, revision = excluded.revision, saved_at = excluded.saved_at
  WHERE s.revision = $10
  RETURNING s.revision
), due AS (
  INSERT INTO dxy.due (symbol, timeframe, from_ts, to_ts, cause, version, recorded_at)
  SELECT $1, '1m', $2, $2 + interval '1 minute', 'request', $11, dxy.now() FROM saved WHERE $9
), old AS (
  DELETE FROM dxy.sampled_minute AS s WHERE $9 AND s.symbol = $1 AND s.ts_utc < $2 - interval '168 hours'
)
SELECT saved.revision FROM saved
