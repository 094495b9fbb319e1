-- The table from which Orleans' ADO.NET providers take their statements, once at start. The providers name it without a schema,
-- so their connection string carries "Search Path=dxy_orleans"; every statement stored in it is executed under that path.
CREATE SCHEMA IF NOT EXISTS dxy_orleans;

CREATE TABLE IF NOT EXISTS dxy_orleans.orleansquery (
  querykey  text PRIMARY KEY,
  querytext text NOT NULL
);
