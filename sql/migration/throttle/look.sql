-- What tells whether the server and the live path can bear another batch. Null: it can't be seen by this role, which is no
-- reason to hold back. How long the oldest live minute has been waiting to be derived, real seconds: live is what began within
-- two market hours, as for the deriver. Held locks are seen by everybody; other sessions' replication only by a member of pg_monitor.
WITH clock AS (
  SELECT dxy.now() AS at, coalesce((SELECT c.rate FROM dxy.clock AS c), 1) AS rate
), waiting AS (
  SELECT least(
    (SELECT min(greatest(d.recorded_at, d.from_ts + interval '1 minute')) FROM dxy.due AS d
     WHERE d.timeframe = '1m' AND d.cause = 'change' AND d.attempts = 0
       AND d.from_ts >= n.at - interval '2 hours' AND d.from_ts + interval '1 minute' + interval '2 seconds' <= n.at),
    (SELECT min(h.recorded_at) FROM dxy.change AS h WHERE h.last_ts >= n.at - interval '2 hours'
      AND h.last_ts + interval '1 minute' <= n.at)) AS since
  FROM clock AS n
)
SELECT CASE WHEN w.since IS NOT NULL THEN greatest(extract(epoch FROM n.at - w.since) / n.rate, 0) END::double precision,
       (SELECT count(DISTINCT l.pid)::integer FROM pg_locks AS l
        WHERE NOT l.granted AND (l.database IS NULL
          OR l.database = (SELECT d.oid FROM pg_database AS d WHERE d.datname = current_database()))),
       (pg_current_wal_lsn() - '0/0'::pg_lsn)::bigint,
       (SELECT extract(epoch FROM max(r.replay_lag)) FROM pg_stat_replication AS r)::double precision,
       clock_timestamp(),
       -- Live minutes of the symbol $1 came within two market minutes: whoever stores one touches few bars, a batch of the run many.
       EXISTS (SELECT FROM dxy.touch AS o WHERE o.symbol = $1 AND o.table_name = 'derived_data_bars' AND o.at > n.at - interval '2 minutes'
         AND o.operation = 'insert' AND o.bars < 100)
         OR EXISTS (SELECT FROM dxy.touch AS o WHERE o.symbol = $1 AND o.table_name = 'data_bars' AND o.at > n.at - interval '2 minutes'
           AND o.operation = 'insert' AND o.bars < 100)
FROM clock AS n, waiting AS w
