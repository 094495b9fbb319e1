-- Whoever holds up a session of ours that bears the application name $1 and waits for a lock: what is locked, and by whom,
-- since when, doing what. One that waits itself is named after those that don't. Another role's statement is hidden from a
-- login without pg_read_all_stats.
SELECT coalesce(n.nspname || '.' || c.relname, l.locktype), b.pid, b.usename::text, b.application_name, b.state, b.xact_start,
  left(regexp_replace(b.query, '\s+', ' ', 'g'), 80)
FROM pg_catalog.pg_stat_activity AS w
JOIN pg_catalog.pg_locks AS l ON l.pid = w.pid AND NOT l.granted
CROSS JOIN LATERAL unnest(pg_catalog.pg_blocking_pids(w.pid)) AS p(pid)
LEFT JOIN pg_catalog.pg_stat_activity AS b ON b.pid = p.pid
LEFT JOIN pg_catalog.pg_class AS c ON c.oid = l.relation
LEFT JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
WHERE w.application_name = $1 AND w.datname = pg_catalog.current_database()
ORDER BY (b.wait_event_type = 'Lock') IS TRUE, b.xact_start NULLS LAST
LIMIT 1
