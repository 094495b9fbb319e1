SELECT r.name FROM dxy.run AS r WHERE r.state = 'running' AND (r.retry_at IS NULL OR r.retry_at <= clock_timestamp())
