-- Partitions as they are attached: by the trigger that each gets of its table when it is, and loses when it is taken off
-- (dxy_capture_row). identity: of the server and the database, for in a copy every trigger is another one.
CREATE TABLE dxy.attached (
  identity   text NOT NULL,
  relation   oid  NOT NULL,
  trigger_id oid  NOT NULL,
  PRIMARY KEY (identity, relation)
);
