-- A statement that took bars away: what was made of them is looked at again once they had time to come back.
ALTER TABLE dxy.change ADD COLUMN gone boolean NOT NULL DEFAULT false;
ALTER TABLE dxy.due DROP CONSTRAINT due_cause_check;
ALTER TABLE dxy.due ADD CONSTRAINT due_cause_check CHECK (cause IN ('change', 'gone', 'sweep', 'definition', 'request'));

-- A value that ended, with its beginning as far as its row told it, and its end as everybody saw it: when the transaction that
-- ended it began. absent: until then there was no bar; it came in otherwise than by an INSERT (its key was changed, it had
-- been partial, its deletion was taken back). soft: the host deleted it softly, not we; what it deleted so is not made again.
ALTER TABLE dxy.correction
  ADD COLUMN began_at timestamptz,
  ADD COLUMN ended_at timestamptz,
  ADD COLUMN absent   boolean NOT NULL DEFAULT false,
  ADD COLUMN soft     boolean NOT NULL DEFAULT false,
  ALTER COLUMN trade_count TYPE numeric;
