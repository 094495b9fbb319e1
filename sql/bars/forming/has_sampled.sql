SELECT EXISTS (SELECT FROM dxy.sampled_minute AS s WHERE s.symbol = $1 AND s.ts_utc >= $2 AND s.ts_utc < $3)
