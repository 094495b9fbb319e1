-- Cluster membership. A cluster's version row is the guard of every change: it is locked first and moved by one in the same
-- statement that writes the member, so of any number of silos that read the same version exactly one changes the table.
CREATE TABLE IF NOT EXISTS dxy_orleans.cluster_version (
  deployment_id text    PRIMARY KEY,
  version       integer NOT NULL DEFAULT 0
);

CREATE TABLE IF NOT EXISTS dxy_orleans.cluster_member (
  deployment_id text        NOT NULL REFERENCES dxy_orleans.cluster_version ON DELETE CASCADE,
  address       text        NOT NULL,
  port          integer     NOT NULL,
  generation    integer     NOT NULL,
  silo_name     text        NOT NULL,
  host_name     text        NOT NULL,
  status        integer     NOT NULL,
  proxy_port    integer     NOT NULL,
  suspect_times text,
  start_time    timestamptz NOT NULL,
  alive_time    timestamptz NOT NULL,
  PRIMARY KEY (deployment_id, address, port, generation)
);
-- The last heartbeat by the server's clock: a silo's own may be wrong.
ALTER TABLE dxy_orleans.cluster_member ADD COLUMN IF NOT EXISTS seen_at timestamptz;

INSERT INTO dxy_orleans.orleansquery AS q (querykey, querytext) VALUES
-- Every silo calls this at its start; the losers of the race are told false, never an error.
('InsertMembershipVersionKey', $$
WITH made AS (
  INSERT INTO dxy_orleans.cluster_version (deployment_id) VALUES (@DeploymentId)
  ON CONFLICT (deployment_id) DO NOTHING
  RETURNING deployment_id
)
SELECT EXISTS (SELECT FROM made)
$$),

-- The version row comes even when no silo does: without it the provider fails.
('MembershipReadAllKey', $$
SELECT m.address AS Address, m.port AS Port, m.generation AS Generation, m.silo_name AS SiloName, m.host_name AS HostName,
       m.status AS Status, m.proxy_port AS ProxyPort, m.suspect_times AS SuspectTimes, m.start_time AS StartTime,
       m.alive_time AS IAmAliveTime, v.version AS Version
FROM dxy_orleans.cluster_version AS v
LEFT JOIN dxy_orleans.cluster_member AS m ON m.deployment_id = v.deployment_id
WHERE v.deployment_id = @DeploymentId
$$),

('MembershipReadRowKey', $$
SELECT m.address AS Address, m.port AS Port, m.generation AS Generation, m.silo_name AS SiloName, m.host_name AS HostName,
       m.status AS Status, m.proxy_port AS ProxyPort, m.suspect_times AS SuspectTimes, m.start_time AS StartTime,
       m.alive_time AS IAmAliveTime, v.version AS Version
FROM dxy_orleans.cluster_version AS v
LEFT JOIN dxy_orleans.cluster_member AS m
  ON m.deployment_id = v.deployment_id AND m.address = @Address AND m.port = @Port AND m.generation = @Generation
WHERE v.deployment_id = @DeploymentId
$$),

-- The test of the version stands in the UPDATE itself, where PostgreSQL repeats it after waiting for the row. At its maximum
-- nothing can be changed any more: false, no error.
('InsertMembershipKey', $$
WITH moved AS (
  UPDATE dxy_orleans.cluster_version AS v SET version = v.version + 1
  WHERE v.deployment_id = @DeploymentId AND v.version = @Version AND v.version < 2147483647
    AND NOT EXISTS (
      SELECT FROM dxy_orleans.cluster_member AS m
      WHERE m.deployment_id = @DeploymentId AND m.address = @Address AND m.port = @Port AND m.generation = @Generation)
  RETURNING v.deployment_id
), added AS (
  INSERT INTO dxy_orleans.cluster_member (deployment_id, address, port, generation, silo_name, host_name, status, proxy_port, start_time,
    alive_time, seen_at)
  SELECT deployment_id, @Address, @Port, @Generation, @SiloName, @HostName, @Status, @ProxyPort, @StartTime, @IAmAliveTime,
    clock_timestamp()
  FROM moved
  RETURNING 1
)
SELECT EXISTS (SELECT FROM added)
$$),

('UpdateMembershipKey', $$
WITH moved AS (
  UPDATE dxy_orleans.cluster_version AS v SET version = v.version + 1
  WHERE v.deployment_id = @DeploymentId AND v.version = @Version AND v.version < 2147483647
    AND EXISTS (
      SELECT FROM dxy_orleans.cluster_member AS m
      WHERE m.deployment_id = @DeploymentId AND m.address = @Address AND m.port = @Port AND m.generation = @Generation)
  RETURNING v.deployment_id
), changed AS (
  UPDATE dxy_orleans.cluster_member AS m SET status = @Status, suspect_times = @SuspectTimes, alive_time = @IAmAliveTime
  FROM moved
  WHERE m.deployment_id = moved.deployment_id AND m.address = @Address AND m.port = @Port AND m.generation = @Generation
  RETURNING 1
)
SELECT EXISTS (SELECT FROM changed)
$$),

-- A heartbeat changes nothing that others decide by, so the version stays.
('UpdateIAmAlivetimeKey', $$
UPDATE dxy_orleans.cluster_member SET alive_time = @IAmAliveTime, seen_at = clock_timestamp()
WHERE deployment_id = @DeploymentId AND address = @Address AND port = @Port AND generation = @Generation
$$),

-- A silo without a gateway has port 0.
('GatewaysQueryKey', $$
SELECT address AS Address, proxy_port AS ProxyPort, generation AS Generation
FROM dxy_orleans.cluster_member
WHERE deployment_id = @DeploymentId AND status = @Status AND proxy_port > 0
$$),

('DeleteMembershipTableEntriesKey', $$
DELETE FROM dxy_orleans.cluster_version WHERE deployment_id = @DeploymentId
$$),

-- 6 is Dead. A silo that died young is kept too: started before the cut-off as well as last seen before it.
('CleanupDefunctSiloEntriesKey', $$
DELETE FROM dxy_orleans.cluster_member
WHERE deployment_id = @DeploymentId AND status = 6 AND alive_time < @IAmAliveTime AND start_time < @IAmAliveTime
$$),

-- Deletes the row only as the caller saw it. Without votes the provider sends an empty text or none, whichever stands here.
('CleanupDefunctSiloEntryKey', $$
DELETE FROM dxy_orleans.cluster_member
WHERE deployment_id = @DeploymentId AND address = @Address AND port = @Port AND generation = @Generation AND status = 6
  AND start_time = @StartTime AND alive_time = @IAmAliveTime AND coalesce(suspect_times, '') = coalesce(@SuspectTimes, '')
$$)
ON CONFLICT (querykey) DO UPDATE SET querytext = excluded.querytext WHERE q.querytext <> excluded.querytext;
