-- Of a deriving transaction, the first: the target's lock, alone in its statement.
SELECT dxy.lock_target($1, $2)
