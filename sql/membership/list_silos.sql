-- The silos that the membership table knows, newest first; heartbeats are in real time.
SELECT m.deployment_id, m.silo_name, m.host_name, m.address, m.port, m.generation, m.proxy_port, m.status, m.start_time,
  coalesce(m.seen_at, m.alive_time),
       v.version, clock_timestamp(), coalesce(m.suspect_times, '') <> ''
FROM dxy_orleans.cluster_member AS m JOIN dxy_orleans.cluster_version AS v ON v.deployment_id = m.deployment_id
ORDER BY m.start_time DESC, m.port
