-- The index was not ours before: no row of the route either. Its exclusive lock first, as for every change of it.
WITH alone AS MATERIALIZED (SELECT pg_advisory_xact_lock(21882, hashtext($1)))
DELETE FROM dxy.route WHERE symbol = $1 AND EXISTS (SELECT FROM alone)
