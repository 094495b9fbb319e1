-- Functions elsewhere whose text calls a function of ours or reads a table of ours ($1, $2: schema.name): they would fail at
-- their next call. The server knows no dependency of such a text.
SELECT p.oid::regprocedure::text
FROM pg_proc AS p JOIN pg_namespace AS n ON n.oid = p.pronamespace JOIN pg_language AS l ON l.oid = p.prolang
WHERE l.lanname NOT IN ('c', 'internal') AND n.nspname <> ALL ($3) AND n.nspname NOT IN ('pg_catalog', 'information_schema')
  AND regexp_replace(p.prosrc, '--[^\n]*|/\*.*?\*/', '', 'g') ~ '\mdxy(_orleans|_backup)?\.'
  AND EXISTS (SELECT FROM unnest($1 || $2) AS o(name)
              WHERE regexp_replace(p.prosrc, '--[^\n]*|/\*.*?\*/', '', 'g') ~ ('\m' || replace(o.name, '.', '\.') || '\M'))
ORDER BY 1
