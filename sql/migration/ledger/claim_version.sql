-- Compare and set: nobody has touched the run since it was read. The row stays locked until the work is committed; a holder
-- that froze is ended by the server. The transaction bears the run's name, so that everybody sees what it waits for (view/blockers.sql).
UPDATE dxy.run SET version = version + 1, looked_at = clock_timestamp() WHERE name = $1 AND version = $2
RETURNING set_config('idle_in_transaction_session_timeout', '30s', true), set_config('application_name', 'dxy migrate ' || $1, true)
