-- Rows of the backup that are gone from the table, and that differ there.
SELECT count(*) FILTER (WHERE p.now IS NULL), count(*) FILTER (WHERE p.old IS NOT NULL AND p.now IS NOT NULL)
FROM ({rows}) AS p
