-- Transactions older than the fence that are still open, but for those that are known to be another database's: their row
-- locks can't concern us. A transaction that writes holds the lock of its own number, which everybody may see.
WITH older AS (
  SELECT (x.xid::text::numeric % 4294967296)::bigint AS short
  FROM pg_snapshot_xip(pg_current_snapshot()) AS x(xid)
  WHERE x.xid < $1::xid8
), held AS (
  SELECT l.transactionid::text::bigint AS short, a.pid, a.datname, a.usename, a.application_name, a.xact_start, a.query
  FROM pg_locks AS l JOIN pg_stat_activity AS a ON a.pid = l.pid
  WHERE l.locktype = 'transactionid' AND l.mode = 'ExclusiveLock' AND l.granted
  UNION ALL
  SELECT p.transaction::text::bigint, NULL, p.database, p.owner, 'prepared ' || p.gid, p.prepared, NULL FROM pg_prepared_xacts AS p
), blocking AS (
  SELECT o.short, h.pid, h.datname, h.usename, h.application_name, h.xact_start, h.query FROM older AS o LEFT JOIN held AS h USING (short)
    WHERE h.datname IS NULL OR h.datname = current_database()
)
SELECT NOT EXISTS (SELECT FROM blocking),
       (SELECT string_agg(format('pid %s (%s, %s) since %s%s', coalesce(b.pid::text, 'unknown'), b.usename,
         coalesce(nullif(b.application_name, ''), 'no name'),
                                 to_char(b.xact_start AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
                                 coalesce(': ' || left(regexp_replace(b.query, '\s+', ' ', 'g'), 80), '')), '; ' ORDER BY b.xact_start)
        FROM blocking AS b)
