-- The silos that the membership table knows, newest first; heartbeats are in real time. Whether others voted one dead: a silo
-- that leaves in order writes a vote of its own.
SELECT m.deployment_id, m.silo_name, m.host_name, m.address, m.port, m.generation, m.proxy_port, m.status, m.start_time,
  coalesce(m.seen_at, m.alive_time),
       v.version, clock_timestamp(),
       EXISTS (SELECT FROM regexp_split_to_table(m.suspect_times, '\|') AS s(vote)
               WHERE s.vote <> '' AND strpos(s.vote, format(':%s@%s,', m.port, m.generation)) = 0)
FROM dxy_orleans.cluster_member AS m JOIN dxy_orleans.cluster_version AS v ON v.deployment_id = m.deployment_id
ORDER BY m.start_time DESC, m.port
