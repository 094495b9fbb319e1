-- What was sampled of an index in a range.
SELECT s.ts_utc, s.open, s.high, s.low, s.last, s.samples, s.expected
FROM dxy.sampled_minute AS s WHERE s.symbol = $1 AND s.ts_utc >= $2 AND s.ts_utc < $3 ORDER BY s.ts_utc
