-- The deriving version and maximum age an index has, and since when: minutes before it that only this rule would give are not missed.
ALTER TABLE dxy.adopted
  ADD COLUMN rule       jsonb       NOT NULL DEFAULT '{}',
  ADD COLUMN rule_since timestamptz NOT NULL DEFAULT '-infinity';
