-- A migration: its run, and everything that is known of it. Progress is rows; whatever holds the run in memory may be lost at any instant.
-- Times named *_at are market time (dxy.now()); durations are real.

-- state and direction: forward through the phases, or back. version moves with every change of the row: whoever works on the
-- run first moves it from the one he read (compare and set), in the transaction of the work, and so holds the row until that
-- work is committed.
CREATE TABLE dxy.run (
  name            text        PRIMARY KEY CHECK (name ~ '^[a-z0-9][a-z0-9-]{0,39}$'),
  symbol          text        NOT NULL,
  state           text        NOT NULL CHECK (state IN ('running', 'paused', 'failed', 'completed', 'rolled_back', 'purged')),
  direction       text        NOT NULL DEFAULT 'forward' CHECK (direction IN ('forward', 'back')),
  phase           integer     NOT NULL CHECK (phase BETWEEN 1 AND 10),
  step            text        NOT NULL,
  version         bigint      NOT NULL DEFAULT 1,
  settings        jsonb       NOT NULL,               -- see RunSettings
  target          jsonb       NOT NULL,               -- which server, database and tables it was made for
  started_by      text        NOT NULL DEFAULT session_user,
  started_at      timestamptz NOT NULL,
  finished_at     timestamptz,
  retention_until timestamptz,                        -- until then what cleanup removed can be brought back
  waiting_since   timestamptz,                        -- since when the current step can't go on; null while it can
  throttled       text,                               -- why the current step is held back just now
  throttled_since timestamptz,
  throttled_ms    bigint      NOT NULL DEFAULT 0,
  error           text,
  attempts        integer     NOT NULL DEFAULT 0,
  retry_at        timestamptz,                        -- real time: not before
  looked_at       timestamptz,                        -- real time: when whoever carries it out last worked on it or looked
  log_seq         bigint      NOT NULL DEFAULT 0,     -- the log's last event and its hash: without them nobody would miss the log's end
  log_hash        bytea
);
-- One at a time in a database: a second start collides here.
CREATE UNIQUE INDEX run_unfinished ON dxy.run ((true)) WHERE state IN ('running', 'paused', 'failed');

-- A step's progress, forward and back. checkpoint is the step's own.
CREATE TABLE dxy.run_step (
  run         text        NOT NULL REFERENCES dxy.run,
  step        text        NOT NULL,
  phase       integer     NOT NULL,
  state       text        NOT NULL CHECK (state IN ('started', 'done', 'undoing', 'undone')),
  checkpoint  jsonb       NOT NULL DEFAULT '{}',
  done        bigint      NOT NULL DEFAULT 0,
  total       bigint,
  started_at  timestamptz NOT NULL,
  finished_at timestamptz,
  PRIMARY KEY (run, step)
);

-- The ledger: one row for each batch of rows that a step changed, written in the batch's own transaction. What was changed is
-- the rows of table_name whose bars open in [from_ts, to_ts) and that bear the run's mark: raw->>'migration' = run for what
-- was copied, deleted_at = mark for what was soft-deleted.
CREATE TABLE dxy.run_batch (
  run        text             NOT NULL REFERENCES dxy.run,
  step       text             NOT NULL,
  number     integer          NOT NULL,
  table_name text             NOT NULL,
  from_ts    timestamptz      NOT NULL,
  to_ts      timestamptz      NOT NULL,
  rows       bigint           NOT NULL,
  mark       timestamptz,
  took_ms    double precision NOT NULL,
  at         timestamptz      NOT NULL,
  PRIMARY KEY (run, step, number)
);

-- Values from before the run that undoing needs: the registry row, the old function, a constraint's definition.
CREATE TABLE dxy.run_saved (
  run   text  NOT NULL REFERENCES dxy.run,
  what  text  NOT NULL,
  value jsonb NOT NULL,
  PRIMARY KEY (run, what)
);

-- The newest verdict of each gate.
CREATE TABLE dxy.run_gate (
  run        text        NOT NULL REFERENCES dxy.run,
  gate       text        NOT NULL,
  phase      integer     NOT NULL,
  verdict    text        NOT NULL CHECK (verdict IN ('PASS', 'WARN', 'FAIL')),
  expected   text        NOT NULL,
  observed   text        NOT NULL,
  evidence   text,                                     -- what proves it: a query, a verification, rows
  unblock    text,                                     -- who can do what about it
  since      timestamptz NOT NULL,                     -- since when the verdict is this one
  checked_at timestamptz NOT NULL,
  PRIMARY KEY (run, gate)
);

-- Gates that WARN and that somebody has accepted.
CREATE TABLE dxy.run_ack (
  run  text        NOT NULL REFERENCES dxy.run,
  gate text        NOT NULL,
  role text        NOT NULL DEFAULT session_user,
  at   timestamptz NOT NULL,
  note text,
  PRIMARY KEY (run, gate)
);

-- Approvals: by the role that logged in, on a verification. Only (run, kind, verification, at, expires_at) may be given by a client.
CREATE TABLE dxy.run_approval (
  id           bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  run          text        NOT NULL REFERENCES dxy.run,
  kind         text        NOT NULL CHECK (kind IN ('deploy', 'cleanup')),
  role         text        NOT NULL DEFAULT session_user,
  verification bigint      NOT NULL,
  at           timestamptz NOT NULL,
  expires_at   timestamptz NOT NULL,
  revoked_at   timestamptz,
  revoked_by   text
);

-- One sample a market minute of the window.
CREATE TABLE dxy.run_sample (
  run     text        NOT NULL REFERENCES dxy.run,
  at      timestamptz NOT NULL,                        -- the whole minute
  verdict text        NOT NULL CHECK (verdict IN ('PASS', 'WARN', 'FAIL')),
  open    boolean     NOT NULL,                        -- whether the market was
  checks  jsonb       NOT NULL,
  PRIMARY KEY (run, at)
);

-- Bars that stood in both tables with other values, or that could not be copied as they were, and what became of them.
CREATE TABLE dxy.run_conflict (
  run        text        NOT NULL REFERENCES dxy.run,
  ts_utc     timestamptz NOT NULL,
  class      text        NOT NULL CHECK (class IN ('different', 'foreign', 'partial', 'superseded')),
  source     jsonb,
  target     jsonb,
  resolution text        CHECK (resolution IN ('keep_target', 'take_source', 'newest_version')),
  PRIMARY KEY (run, ts_utc, class)
);

-- Append-only and hash-chained: the trigger gives seq, at, role and hash, whatever the client said.
CREATE TABLE dxy.run_event (
  run    text        NOT NULL REFERENCES dxy.run,
  seq    bigint      NOT NULL,
  at     timestamptz NOT NULL,
  role   text        NOT NULL,
  kind   text        NOT NULL,
  detail jsonb       NOT NULL DEFAULT '{}',
  hash   bytea       NOT NULL,
  PRIMARY KEY (run, seq)
);

-- Comparisons of the two tables. snapshot: what it had seen; a touch not visible in it is newer.
CREATE TABLE dxy.verification (
  id          bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  run         text        REFERENCES dxy.run,
  symbol      text        NOT NULL,
  scope       text        NOT NULL CHECK (scope IN ('full', 'since_last', 'parity')),
  from_ts     timestamptz NOT NULL,
  to_ts       timestamptz NOT NULL,
  snapshot    pg_snapshot NOT NULL,
  state       text        NOT NULL CHECK (state IN ('running', 'equal', 'different', 'not_compared')),
  compared    bigint      NOT NULL DEFAULT 0,
  missing     bigint      NOT NULL DEFAULT 0,
  extra       bigint      NOT NULL DEFAULT 0,
  different   bigint      NOT NULL DEFAULT 0,
  explained   bigint      NOT NULL DEFAULT 0,
  checkpoint  jsonb       NOT NULL DEFAULT '{}',
  samples     jsonb       NOT NULL DEFAULT '[]',
  role        text        NOT NULL DEFAULT session_user,
  started_at  timestamptz NOT NULL,
  finished_at timestamptz
);

-- Symbols whose 1m bars are watched: the capture triggers then note every statement that touches them, whoever sends it.
CREATE TABLE dxy.watched (
  symbol text        PRIMARY KEY,
  run    text        NOT NULL,
  since  timestamptz NOT NULL
);

-- own: written under a route's lock, by whoever derives here; the others are other programs.
CREATE TABLE dxy.touch (
  id          bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  table_name  text        NOT NULL,
  symbol      text        NOT NULL,
  operation   text        NOT NULL CHECK (operation IN ('insert', 'update', 'delete')),
  first_ts    timestamptz NOT NULL,
  last_ts     timestamptz NOT NULL,
  bars        bigint      NOT NULL,
  own         boolean     NOT NULL,
  role        text        NOT NULL,
  application text        NOT NULL,
  xid         xid8        NOT NULL,
  at          timestamptz NOT NULL
);
CREATE INDEX touch_by_symbol ON dxy.touch (symbol, table_name, at);

-- A silo that is asked to restart in its turn.
CREATE TABLE dxy.restart (
  silo         text        PRIMARY KEY,               -- address:port@generation
  run          text        NOT NULL,
  requested_at timestamptz NOT NULL
);

-- What shadow mode found: a target's bars of a UTC day as the old programs wrote them, beside what deriving gives. The newest
-- comparison of each day.
CREATE TABLE dxy.shadow (
  symbol             text        NOT NULL,
  timeframe          text        NOT NULL,
  day                date        NOT NULL,
  equal              bigint      NOT NULL,
  different          bigint      NOT NULL,
  missing            bigint      NOT NULL,             -- given by deriving, not in the shop
  extra              bigint      NOT NULL,             -- only in the shop
  largest_difference numeric     NOT NULL,             -- between two prices
  samples            jsonb       NOT NULL DEFAULT '[]',
  compared_at        timestamptz NOT NULL,
  PRIMARY KEY (symbol, timeframe, day)
);
