-- Of a deriving transaction that is at one rollup: the locks of the weeks of a larger one from $3 to $4, if all are free; what
-- follows takes what is due there, or nothing.
SELECT dxy.try_lock_weeks($1, $2, $3, $4)
