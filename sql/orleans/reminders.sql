-- Reminders. The hash is a place on the ring, an unsigned 32-bit number stored bit for bit as a signed one; ranges are (begin, end].
CREATE TABLE IF NOT EXISTS dxy_orleans.reminder (
  service_id    text        NOT NULL,
  grain_id      text        NOT NULL,
  reminder_name text        NOT NULL,
  start_time    timestamptz NOT NULL,
  period        bigint      NOT NULL,  -- milliseconds; beyond 24.8 days it doesn't fit an integer
  grain_hash    integer     NOT NULL,
  version       integer     NOT NULL,
  PRIMARY KEY (service_id, grain_id, reminder_name)
);

CREATE INDEX IF NOT EXISTS reminder_hash ON dxy_orleans.reminder (service_id, grain_hash);

INSERT INTO dxy_orleans.orleansquery AS q (querykey, querytext) VALUES
-- Unconditional by contract: the last writer wins and the version tells the next reader.
('UpsertReminderRowKey', $$
INSERT INTO dxy_orleans.reminder AS r (service_id, grain_id, reminder_name, start_time, period, grain_hash, version)
VALUES (@ServiceId, @GrainId, @ReminderName, @StartTime, @Period, @GrainHash, 0)
ON CONFLICT (service_id, grain_id, reminder_name)
DO UPDATE SET start_time = excluded.start_time, period = excluded.period, grain_hash = excluded.grain_hash, version =
  CASE WHEN r.version < 2147483647 THEN r.version + 1 ELSE 0 END
RETURNING r.version AS Version
$$),

('ReadReminderRowsKey', $$
SELECT grain_id AS GrainId, reminder_name AS ReminderName, start_time AS StartTime, period AS Period, version AS Version
FROM dxy_orleans.reminder
WHERE service_id = @ServiceId AND grain_id = @GrainId
$$),

('ReadReminderRowKey', $$
SELECT grain_id AS GrainId, reminder_name AS ReminderName, start_time AS StartTime, period AS Period, version AS Version
FROM dxy_orleans.reminder
WHERE service_id = @ServiceId AND grain_id = @GrainId AND reminder_name = @ReminderName
$$),

('ReadRangeRows1Key', $$
SELECT grain_id AS GrainId, reminder_name AS ReminderName, start_time AS StartTime, period AS Period, version AS Version
FROM dxy_orleans.reminder
WHERE service_id = @ServiceId AND grain_hash > @BeginHash AND grain_hash <= @EndHash
$$),

-- The range that runs over the end of the ring; begin = end is all of it.
('ReadRangeRows2Key', $$
SELECT grain_id AS GrainId, reminder_name AS ReminderName, start_time AS StartTime, period AS Period, version AS Version
FROM dxy_orleans.reminder
WHERE service_id = @ServiceId AND (grain_hash > @BeginHash OR grain_hash <= @EndHash)
$$),

('DeleteReminderRowKey', $$
WITH gone AS (
  DELETE FROM dxy_orleans.reminder
  WHERE service_id = @ServiceId AND grain_id = @GrainId AND reminder_name = @ReminderName AND version = @Version
  RETURNING 1
)
SELECT EXISTS (SELECT FROM gone)
$$),

('DeleteReminderRowsKey', $$
DELETE FROM dxy_orleans.reminder WHERE service_id = @ServiceId
$$)
ON CONFLICT (querykey) DO UPDATE SET querytext = excluded.querytext WHERE q.querytext <> excluded.querytext;
