-- Keys by which programs read over HTTP from elsewhere than a silo's own machine. Of a key, 256 random bits, the hash alone is kept.
CREATE TABLE dxy.api_key (
  name       text        PRIMARY KEY CHECK (name <> ''),
  hash       bytea       NOT NULL UNIQUE CHECK (length(hash) = 32),
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  created_by text        NOT NULL DEFAULT session_user,
  revoked_at timestamptz
);
