-- The minutes of an index that are being sampled still.
SELECT s.ts_utc, s.open, s.high, s.low, s.last, s.samples, s.expected, s.revision
FROM dxy.sampled_minute AS s WHERE s.symbol = $1 AND NOT s.is_ended ORDER BY s.ts_utc
