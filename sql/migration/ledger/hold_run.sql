-- Compare and set: nobody has touched the run since it was read. The row stays locked until the work is committed.
UPDATE dxy.run SET version = version + 1, looked_at = clock_timestamp() WHERE name = $1 AND version = $2
