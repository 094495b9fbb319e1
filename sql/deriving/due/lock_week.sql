-- Of a transaction that sets work apart, the first: the lock of the target's week in which $3 lies.
SELECT dxy.lock_week($1, $2, dxy.week_of($3))
