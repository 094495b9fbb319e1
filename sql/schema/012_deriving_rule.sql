-- The deriving versions that this schema's build has, as SQL asks for them: db apply writes the list of the code (deriving_rules.sql).
CREATE TABLE dxy.deriving_rule (
  version        integer PRIMARY KEY CHECK (version > 0),
  carries_closes boolean NOT NULL   -- a component's close stands for later minutes too, up to the index's maximum age
);
