UPDATE dxy.run
SET throttled = $3, throttled_since = CASE WHEN $3 IS NULL THEN NULL WHEN throttled IS NULL THEN dxy.now() ELSE throttled_since END,
    throttled_ms = throttled_ms + $4, retry_at = clock_timestamp() + $5::interval, looked_at = clock_timestamp(), version = version + 1
WHERE name = $1 AND version = $2
