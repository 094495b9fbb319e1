-- Of a deriving transaction, the first: the lock of weeks of the target that have ripe work, alone in its statement; false
-- when nothing is ripe. $3: how long after its open a bar is ripe (its length and grace); $4: the longest window wanted.
SELECT dxy.lock_due_weeks($1, $2, $3, $4)
