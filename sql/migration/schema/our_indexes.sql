-- Indexes that a run made on these relations ($1), by the beginning of their name ($2): what each is attached to, and what it
-- is to be attached to.
SELECT c.oid::bigint, format('%I.%I', tn.nspname, t.relname), format('%I.%I', n.nspname, c.relname), c.relname::text, i.indisvalid,
       EXISTS (SELECT FROM pg_stat_progress_create_index AS p WHERE p.relid = i.indrelid
         AND (p.index_relid = i.indexrelid OR p.index_relid = 0)),
       (SELECT h.inhparent::bigint FROM pg_inherits AS h WHERE h.inhrelid = c.oid),
       (SELECT pc.oid::bigint FROM pg_inherits AS h JOIN pg_index AS pi ON pi.indrelid = h.inhparent JOIN pg_class AS pc
         ON pc.oid = pi.indexrelid
        WHERE h.inhrelid = i.indrelid AND starts_with(pc.relname, regexp_replace(c.relname, '_[0-9]+$', '_')) LIMIT 1)
FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indexrelid JOIN pg_namespace AS n ON n.oid = c.relnamespace
JOIN pg_class AS t ON t.oid = i.indrelid JOIN pg_namespace AS tn ON tn.oid = t.relnamespace
WHERE i.indrelid = ANY ($1::oid[]) AND starts_with(c.relname, $2)
ORDER BY c.oid
