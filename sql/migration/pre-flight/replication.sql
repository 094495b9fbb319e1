SELECT count(*), max(extract(epoch FROM r.replay_lag))::double precision, count(*) FILTER (WHERE r.state IS NULL),
       (SELECT current_setting('archive_mode') <> 'off' AND a.last_failed_time > coalesce(a.last_archived_time, '-infinity')
         FROM pg_stat_archiver AS a)
FROM pg_stat_replication AS r
