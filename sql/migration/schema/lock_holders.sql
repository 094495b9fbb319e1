-- Who holds locks on a relation, longest transaction first.
SELECT coalesce(string_agg(format('pid %s (%s%s) since %s%s', h.pid, coalesce(h.usename, 'unknown'),
  CASE WHEN h.application_name <> '' THEN ', ' || h.application_name ELSE '' END,
                                  coalesce(to_char(h.xact_start AT TIME ZONE 'UTC', 'HH24:MI:SS"Z"'), 'unknown'),
                                  coalesce(': ' || left(regexp_replace(h.query, '\s+', ' ', 'g'), 80), '')), ', ' ORDER BY h.xact_start),
                                    'nobody any more')
FROM (SELECT DISTINCT l.pid, a.usename, a.application_name, a.xact_start, a.query
      FROM pg_locks AS l LEFT JOIN pg_stat_activity AS a ON a.pid = l.pid
      WHERE l.locktype = 'relation' AND l.granted AND l.database = (SELECT d.oid FROM pg_database AS d WHERE d.datname = current_database())
        AND l.relation = $1::regclass AND l.pid <> pg_backend_pid()
      ORDER BY a.xact_start LIMIT 5) AS h
