-- What the run's ($1) statements wait for just now: pid, its role, application, state, since when its transaction is open, and
-- its statement, as far as the reader may see them; then our statement. One row more where a session works on the run and waits for nobody.
SELECT b.pid, b.usename::text, nullif(b.application_name, ''), b.state, b.xact_start, left(regexp_replace(b.query, '\s+', ' ', 'g'), 100),
       left(regexp_replace(w.query, '\s+', ' ', 'g'), 100)
FROM pg_stat_activity AS w
LEFT JOIN LATERAL unnest(pg_blocking_pids(w.pid)) AS p(pid) ON true
LEFT JOIN pg_stat_activity AS b ON b.pid = p.pid
WHERE w.datname = current_database() AND w.application_name = 'dxy migrate ' || $1
ORDER BY b.xact_start NULLS LAST
