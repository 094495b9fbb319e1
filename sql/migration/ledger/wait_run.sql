UPDATE dxy.run SET waiting_since = coalesce(waiting_since, dxy.now()), retry_at = clock_timestamp() + $3::interval, error = NULL,
  attempts = 0, looked_at = clock_timestamp(),
  version = version + 1
WHERE name = $1 AND version = $2
