-- Which cluster a ServiceId belongs to. Orleans keeps reminders and grain state by ServiceId alone: two clusters that shared
-- one would fire every reminder twice.
CREATE TABLE dxy.service (
  service_id text        PRIMARY KEY,
  cluster_id text        NOT NULL,
  claimed_at timestamptz NOT NULL   -- real time
);
