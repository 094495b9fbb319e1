-- What is being sampled of an index within a minute, saved by revision as forming bars are; not in dxy.forming_bar, whose minutes every
-- build closes into data_bars. Once the minute is derived its row says the same; what stands here of it goes after a week.
CREATE TABLE dxy.sampled_minute (
  symbol   text          NOT NULL,
  ts_utc   timestamptz   NOT NULL,
  open     numeric(20,8) NOT NULL,
  high     numeric(20,8) NOT NULL,
  low      numeric(20,8) NOT NULL,
  last     numeric(20,8) NOT NULL,
  samples  integer       NOT NULL CHECK (samples > 0),
  expected integer       NOT NULL CHECK (expected >= samples),  -- how many there should be by now
  is_ended boolean       NOT NULL,                              -- nothing more comes: it is due
  revision bigint        NOT NULL,
  saved_at timestamptz   NOT NULL,
  PRIMARY KEY (symbol, ts_utc)
);
