-- Who holds a lock on one of the tables $1, other than this session: pid, role, application, state.
SELECT l.pid, coalesce(s.usename::text, '?'), coalesce(nullif(s.application_name, ''), 'no name'), coalesce(s.state, '?')
FROM pg_locks AS l
LEFT JOIN pg_stat_activity AS s ON s.pid = l.pid
WHERE l.relation = ANY (SELECT to_regclass(t)::oid FROM unnest($1::text[]) AS t) AND l.granted AND l.pid <> pg_backend_pid()
ORDER BY s.xact_start NULLS LAST
LIMIT 1
