-- Our triggers on the table $1: what is written to it once it is no part of ours any more is no bar of ours.
SELECT quote_ident(t.tgname)
FROM pg_trigger AS t
JOIN pg_proc AS p ON p.oid = t.tgfoid
WHERE t.tgrelid = to_regclass($1) AND NOT t.tgisinternal AND t.tgparentid = 0 AND p.pronamespace = to_regnamespace('dxy')
