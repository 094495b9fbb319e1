-- How the table $1 is divided, and whether that is by the time its bars open alone, as an instant; no row where there is no
-- such table, null where it is undivided.
SELECT pg_get_partkeydef(c.oid),
       p.partstrat = 'r' AND p.partnatts = 1 AND a.atttypid = 'timestamptz'::regtype AND a.attname = $2
FROM pg_class AS c
LEFT JOIN pg_partitioned_table AS p ON p.partrelid = c.oid
LEFT JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum = p.partattrs[0]
WHERE c.oid = to_regclass($1)
