-- Every silo the membership table knows. 3 is Active; one that was killed with all others keeps that status, so its heartbeat
-- counts (real time, by the server's clock where it noted when it heard it). $1: the silence after which it is taken for gone.
SELECT m.address || ':' || m.port, m.generation, m.status = 3 AND coalesce(m.seen_at, m.alive_time) > clock_timestamp() - $1
FROM dxy_orleans.cluster_member AS m
