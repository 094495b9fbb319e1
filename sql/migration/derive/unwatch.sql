-- The run $2 doesn't watch the symbol's ($1) bars any more.
DELETE FROM dxy.watched WHERE symbol = $1 AND run = $2
