-- Every silo the membership table knows. 3 is Active; one that was killed with all others keeps that status, so its heartbeat counts (real time).
SELECT m.address || ':' || m.port, m.generation, m.status = 3 AND m.alive_time > clock_timestamp() - interval '30 seconds'
FROM dxy_orleans.cluster_member AS m
