-- Who holds what the run may have waited for: locks on the two tables and their partitions, or the route of the symbol ($1),
-- the longest transaction first.
WITH RECURSIVE relation AS (
  SELECT t.name::oid AS oid FROM (VALUES (to_regclass('public.data_bars')), (to_regclass('public.derived_data_bars'))) AS t(name)
  UNION ALL
  SELECT i.inhrelid FROM relation AS r JOIN pg_inherits AS i ON i.inhparent = r.oid
)
SELECT coalesce(string_agg(format('pid %s (%s, %s) since %s, %s: %s', h.pid, coalesce(h.usename, 'unknown'),
  coalesce(nullif(h.application_name, ''), 'no name'),
                                  coalesce(to_char(h.xact_start AT TIME ZONE 'UTC', 'HH24:MI:SS"Z"'), 'unknown'),
                                    coalesce(h.state, 'state not shown'),
                                  coalesce(left(regexp_replace(h.query, '\s+', ' ', 'g'), 80), 'statement not shown')), '; '
                                    ORDER BY h.xact_start), 'nobody any more')
FROM (SELECT DISTINCT ON (a.xact_start, a.pid) a.*
      FROM pg_locks AS l JOIN pg_stat_activity AS a ON a.pid = l.pid
      WHERE l.granted AND l.pid <> pg_backend_pid()
        AND l.database = (SELECT d.oid FROM pg_database AS d WHERE d.datname = current_database())
        AND (l.locktype = 'relation' AND l.mode <> 'AccessShareLock' AND l.relation IN (SELECT r.oid FROM relation AS r)
             OR l.locktype = 'advisory' AND l.classid = 21882 AND l.objid = (hashtext($1)::bigint & 4294967295)::oid)
      ORDER BY a.xact_start, a.pid LIMIT 5) AS h
