-- From when on a record of ours is whole: what ended before was let go of. No row: from its beginning.
CREATE TABLE dxy.kept (
  table_name text        PRIMARY KEY,
  since      timestamptz NOT NULL
);
