-- The columns that a table ($1) and its backup ($2) share and that can be written, in order; with $3 without identities that
-- only the server may change.
SELECT quote_ident(a.attname)
FROM pg_attribute AS a
JOIN pg_attribute AS b ON b.attrelid = $2::regclass AND b.attname = a.attname AND b.attnum > 0 AND NOT b.attisdropped
WHERE a.attrelid = $1::regclass AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '' AND NOT ($3 AND a.attidentity = 'a')
ORDER BY a.attnum
