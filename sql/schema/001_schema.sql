-- Our own tables. Everything of ours lives in schema dxy (and dxy_orleans); nothing here touches a table of the shop.

-- What changed, one row a statement, appended by the capture triggers and deleted by its readers.
-- INSERT only, and no unique key: a merged row would lose work against a concurrent reader, or make one writer wait for
-- another's transaction.
CREATE TABLE dxy.change (
  id          bigint GENERATED ALWAYS AS IDENTITY,
  table_name  text        NOT NULL,
  symbols     text[]      NOT NULL,
  timeframes  text[]      NOT NULL,
  first_ts    timestamptz NOT NULL,
  last_ts     timestamptz NOT NULL,
  recorded_at timestamptz NOT NULL
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000);

-- What has to be derived or rolled up: bars of one target that open in [from_ts, to_ts).
CREATE TABLE dxy.due (
  id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  symbol      text        NOT NULL,
  timeframe   text        NOT NULL,
  from_ts     timestamptz NOT NULL,
  to_ts       timestamptz NOT NULL CHECK (from_ts < to_ts),
  cause       text        NOT NULL CHECK (cause IN ('change', 'sweep', 'definition', 'request')),
  version     integer,                          -- derive by this rule, whatever the stored rows carry
  prune       boolean     NOT NULL DEFAULT false, -- remove rows whose inputs are gone
  recorded_at timestamptz NOT NULL,
  attempts    integer     NOT NULL DEFAULT 0,
  retry_at    timestamptz,                      -- not before; set when an attempt failed
  error       text
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000);
CREATE INDEX due_by_target ON dxy.due (symbol, timeframe, from_ts);

-- Minutes that ticks are still building; finals never stand here, partials of ours never in data_bars.
CREATE TABLE dxy.forming_bar (
  symbol     text          NOT NULL,
  timeframe  text          NOT NULL,
  ts_utc     timestamptz   NOT NULL,
  open       numeric(20,8) NOT NULL,
  high       numeric(20,8) NOT NULL,
  low        numeric(20,8) NOT NULL,
  close      numeric(20,8) NOT NULL,
  first_tick timestamptz   NOT NULL,
  last_tick  timestamptz   NOT NULL,
  ticks      integer       NOT NULL,
  source     text          NOT NULL,
  revision   bigint        NOT NULL,
  saved_at   timestamptz   NOT NULL,
  PRIMARY KEY (symbol, timeframe, ts_utc)
);

-- The old business values of final bars that were changed or deleted, so that "what did it say then" has an answer.
-- Nothing of the bar is NOT NULL here: whatever a shop's table let in, a write there must not fail because of us.
CREATE TABLE dxy.correction (
  id               bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  table_name       text        NOT NULL,
  canonical_symbol text,
  timeframe        text,
  ts_utc           timestamptz,
  open numeric, high numeric, low numeric, close numeric,
  vol  numeric, vwap numeric, trade_count integer,
  source           text,
  deleted          boolean     NOT NULL,
  replaced_at      timestamptz NOT NULL
);
CREATE INDEX correction_by_bar ON dxy.correction (canonical_symbol, timeframe, ts_utc, replaced_at);

-- Where a symbol's derived 1m bars are written and read. No row: new only.
CREATE TABLE dxy.route (
  symbol     text        PRIMARY KEY,
  mode       text        NOT NULL CHECK (mode IN ('legacy', 'both', 'both_read_new', 'new')),
  epoch      bigint      NOT NULL DEFAULT 1,
  changed_at timestamptz NOT NULL
);

-- The definition under which a target was last adopted; another one in the registry makes its history due.
CREATE TABLE dxy.adopted (
  symbol     text        NOT NULL,
  timeframe  text        NOT NULL,
  definition jsonb       NOT NULL,
  adopted_at timestamptz NOT NULL,
  PRIMARY KEY (symbol, timeframe)
);

-- What the sweep found that no trigger had told.
CREATE TABLE dxy.missed (
  id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  symbol    text        NOT NULL,
  timeframe text        NOT NULL,
  from_ts   timestamptz NOT NULL,
  to_ts     timestamptz NOT NULL,
  bars      integer     NOT NULL,
  found_at  timestamptz NOT NULL
);

-- How far the sweep of all history has come, a target each.
CREATE TABLE dxy.sweep_position (
  symbol    text        NOT NULL,
  timeframe text        NOT NULL,
  swept_to  timestamptz NOT NULL,
  PRIMARY KEY (symbol, timeframe)
);

-- The tables of the shop that we created because they were not there; the others get triggers and nothing else.
CREATE TABLE dxy.created_table (
  table_name text PRIMARY KEY
);

-- Market time for tests and rehearsals: market = anchor_market + (server clock - anchor_real) * rate. No row: the server's clock.
CREATE TABLE dxy.clock (
  only_row      boolean          PRIMARY KEY DEFAULT true CHECK (only_row),
  anchor_real   timestamptz      NOT NULL,
  anchor_market timestamptz      NOT NULL,
  rate          double precision NOT NULL CHECK (rate > 0)
);
