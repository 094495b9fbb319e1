-- Deletes exactly what was taken; what reaches beyond the slice ($3) stays due from there on.
WITH beyond AS (
  UPDATE dxy.due AS d SET from_ts = $3 WHERE d.id = ANY ($2) AND d.to_ts > $3
)
DELETE FROM dxy.due AS d WHERE d.id = ANY ($1)
