SELECT a.attname::text, a.attnum::integer, format_type(a.atttypid, a.atttypmod), format_type(a.atttypid, NULL), a.attnotnull,
       CASE WHEN a.atttypid = 'numeric'::regtype AND a.atttypmod > 4 THEN (a.atttypmod - 4) & 2047 END
FROM pg_attribute AS a
WHERE a.attrelid = to_regclass('public.' || quote_ident($1)) AND a.attnum > 0 AND NOT a.attisdropped
ORDER BY a.attnum
