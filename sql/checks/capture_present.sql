-- Our triggers on tables that are not ours, with the statement that removes each.
SELECT n.nspname::text, c.relname::text, t.tgname::text, format('DROP TRIGGER %I ON %I.%I', t.tgname, n.nspname, c.relname)
FROM pg_trigger AS t JOIN pg_class AS c ON c.oid = t.tgrelid JOIN pg_namespace AS n ON n.oid = c.relnamespace
JOIN pg_proc AS p ON p.oid = t.tgfoid JOIN pg_namespace AS f ON f.oid = p.pronamespace
WHERE f.nspname = 'dxy' AND n.nspname NOT IN ('dxy', 'dxy_orleans')
ORDER BY 1, 2, 3
