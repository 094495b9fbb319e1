-- The partition $1 is none that came filled from elsewhere: what it holds was here before (functions/partitions/attached.sql).
INSERT INTO dxy.attached (identity, relation, trigger_id)
SELECT DISTINCT a.identity, t.tgrelid, t.oid
FROM pg_trigger AS t
CROSS JOIN dxy.attached AS a
WHERE t.tgrelid = to_regclass($1) AND t.tgname = 'dxy_capture_row' AND t.tgparentid <> 0
ON CONFLICT DO NOTHING
