-- Whether somebody has ordered the run ($1) another way than it was going ($2), or is waiting to: see dxy.migrate_rollback.
SELECT EXISTS (SELECT FROM dxy.run AS r WHERE r.name = $1 AND r.direction <> $2)
    OR EXISTS (SELECT FROM pg_locks AS l
               WHERE l.locktype = 'advisory' AND l.classid = 21886 AND l.objid = (hashtext($1)::bigint & 4294967295)::oid AND l.objsubid = 2
                 AND l.database = (SELECT d.oid FROM pg_database AS d WHERE d.datname = current_database()))
