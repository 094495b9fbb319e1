-- How the host's columns stand for ours, where they are not such as ours: what db apply found, a row for each of our columns
-- of both tables; none where they are. host: the host's column by the catalog's word, null where it has none.
CREATE TABLE dxy.binding (
  table_name  text NOT NULL,
  column_name text NOT NULL,
  host        jsonb,
  PRIMARY KEY (table_name, column_name)
);
