-- Transactions older than a minute, prepared ones, and sessions whose transactions this role can't see.
SELECT coalesce(string_agg(format('pid %s (%s, %s) since %s', a.pid, a.usename, a.application_name,
  to_char(a.xact_start AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')), '; ' ORDER BY a.xact_start)
                FILTER (WHERE a.xact_start < clock_timestamp() - interval '1 minute' AND a.pid <> pg_backend_pid()), ''),
       (SELECT coalesce(string_agg(p.gid, ', '), '') FROM pg_prepared_xacts AS p WHERE p.database = current_database()),
       count(*) FILTER (WHERE a.query = '<insufficient privilege>')
FROM pg_stat_activity AS a WHERE a.datname = current_database()
