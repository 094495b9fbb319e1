-- Grain state. A conflict is told by returning no row; a raised error would be taken for a broken database.
CREATE TABLE IF NOT EXISTS dxy_orleans.grain_state (
  id_hash    integer NOT NULL,
  type_hash  integer NOT NULL,
  id_n0      bigint  NOT NULL,
  id_n1      bigint  NOT NULL,
  type_name  text    NOT NULL,
  service_id text    NOT NULL,
  id_ext     text,
  payload    bytea,
  version    integer NOT NULL
) WITH (fillfactor = 70);

-- The identity. PostgreSQL 14 has no NULLS NOT DISTINCT, so "no extension" is a column of its own beside the extension's text.
CREATE UNIQUE INDEX IF NOT EXISTS grain_state_identity ON dxy_orleans.grain_state
  (id_hash, type_hash, id_n0, id_n1, type_name, service_id, (id_ext IS NULL), (coalesce(id_ext, '')));

INSERT INTO dxy_orleans.orleansquery AS q (querykey, querytext) VALUES
('ReadFromStorageKey', $$
SELECT payload AS PayloadBinary, version AS Version
FROM dxy_orleans.grain_state
WHERE id_hash = @GrainIdHash AND type_hash = @GrainTypeHash AND id_n0 = @GrainIdN0 AND id_n1 = @GrainIdN1
  AND type_name = @GrainTypeString AND service_id = @ServiceId AND id_ext IS NOT DISTINCT FROM @GrainIdExtensionString
$$),

-- Without a version the caller has seen no row and may only insert; with one it may only update the row it has seen.
-- At the highest version nothing is written: a conflict, no error.
('WriteToStorageKey', $$
WITH added AS (
  INSERT INTO dxy_orleans.grain_state (id_hash, type_hash, id_n0, id_n1, type_name, service_id, id_ext, payload, version)
  SELECT @GrainIdHash, @GrainTypeHash, @GrainIdN0, @GrainIdN1, @GrainTypeString, @ServiceId, @GrainIdExtensionString, @PayloadBinary, 1
  WHERE @GrainStateVersion IS NULL
  ON CONFLICT DO NOTHING
  RETURNING version
), changed AS (
  UPDATE dxy_orleans.grain_state SET payload = @PayloadBinary, version = version + 1
  WHERE id_hash = @GrainIdHash AND type_hash = @GrainTypeHash AND id_n0 = @GrainIdN0 AND id_n1 = @GrainIdN1
    AND type_name = @GrainTypeString AND service_id = @ServiceId AND id_ext IS NOT DISTINCT FROM @GrainIdExtensionString
    AND version = @GrainStateVersion AND version < 2147483647
  RETURNING version
)
SELECT version AS NewGrainStateVersion FROM added
UNION ALL
SELECT version FROM changed
$$),

-- The row stays, so that a version is never given out twice.
('ClearStorageKey', $$
UPDATE dxy_orleans.grain_state SET payload = NULL, version = version + 1
WHERE id_hash = @GrainIdHash AND type_hash = @GrainTypeHash AND id_n0 = @GrainIdN0 AND id_n1 = @GrainIdN1
  AND type_name = @GrainTypeString AND service_id = @ServiceId AND id_ext IS NOT DISTINCT FROM @GrainIdExtensionString
  AND version = @GrainStateVersion AND version < 2147483647
RETURNING version AS NewGrainStateVersion
$$),

-- The provider takes any number other than the version it sent for success.
('DeleteStorageKey', $$
DELETE FROM dxy_orleans.grain_state
WHERE id_hash = @GrainIdHash AND type_hash = @GrainTypeHash AND id_n0 = @GrainIdN0 AND id_n1 = @GrainIdN1
  AND type_name = @GrainTypeString AND service_id = @ServiceId AND id_ext IS NOT DISTINCT FROM @GrainIdExtensionString
  AND version = @GrainStateVersion
RETURNING CASE WHEN version < 2147483647 THEN version + 1 ELSE 0 END AS NewGrainStateVersion
$$)
ON CONFLICT (querykey) DO UPDATE SET querytext = excluded.querytext WHERE q.querytext <> excluded.querytext;

-- Its key is an index over an expression: where somebody publishes all tables, updates would be refused without this.
ALTER TABLE dxy_orleans.grain_state REPLICA IDENTITY FULL;
