-- What operators may decide while a run goes on: each conflict by itself, bars that stand in the new table alone, when the
-- readers are switched, that a run is of another database.
ALTER TABLE dxy.run DROP CONSTRAINT IF EXISTS run_state_check;
ALTER TABLE dxy.run ADD CONSTRAINT run_state_check
  CHECK (state IN ('running', 'paused', 'failed', 'completed', 'rolled_back', 'purged', 'abandoned'));
ALTER TABLE dxy.run_approval DROP CONSTRAINT IF EXISTS run_approval_kind_check;
ALTER TABLE dxy.run_approval ADD CONSTRAINT run_approval_kind_check CHECK (kind IN ('cut-over', 'deploy', 'cleanup'));
ALTER TABLE dxy.run_conflict DROP CONSTRAINT IF EXISTS run_conflict_class_check;
ALTER TABLE dxy.run_conflict ADD CONSTRAINT run_conflict_class_check CHECK (class IN ('different', 'foreign', 'partial', 'alone',
  'superseded'));

-- What was decided of single bars; a class's decision is its policy among the run's settings. It outlives a comparison that is made again.
CREATE TABLE dxy.run_decision (
  run        text        NOT NULL REFERENCES dxy.run,
  ts_utc     timestamptz NOT NULL,
  class      text        NOT NULL CHECK (class IN ('different', 'foreign', 'partial', 'alone')),
  resolution text        NOT NULL CHECK (resolution IN ('keep_target', 'take_source')),
  role       text        NOT NULL DEFAULT session_user,
  at         timestamptz NOT NULL,
  PRIMARY KEY (run, ts_utc, class)
);
