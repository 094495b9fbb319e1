-- Every index of the table that claims to be unique or holds our key, with what makes it useless for ON CONFLICT
-- (canonical_symbol, timeframe, ts_utc). $2: rows that are deleted softly need not be in it, and so it may be partial in just this way.
SELECT format('%I.%I', n.nspname, c.relname), c.relname::text, i.indisvalid,
       array_to_string(ARRAY[
         CASE WHEN NOT i.indisunique THEN 'is not unique' END,
         CASE WHEN NOT (i.indisvalid AND i.indisready AND i.indislive) THEN 'is INVALID' END,
         CASE WHEN NOT i.indimmediate THEN 'is deferrable' END,
         CASE WHEN i.indpred IS NOT NULL AND NOT ($2 AND pg_get_expr(i.indpred, i.indrelid) = '(deleted_at IS NULL)')
              THEN 'is partial: ' || pg_get_expr(i.indpred, i.indrelid) END,
         CASE WHEN i.indexprs IS NOT NULL THEN 'is on an expression' END,
         CASE WHEN i.indexprs IS NULL AND NOT (k.names @> w.names AND w.names @> k.names) THEN 'is on (' || array_to_string(k.names, ', ')
           || ')' END
       ], ', '),
       coalesce((to_jsonb(i)->>'indnullsnotdistinct')::boolean, false)
FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indexrelid JOIN pg_namespace AS n ON n.oid = c.relnamespace,
     LATERAL (SELECT coalesce(array_agg(a.attname::text ORDER BY p.n), '{}') AS names
              FROM unnest(i.indkey::smallint[]) WITH ORDINALITY AS p(attnum, n) JOIN pg_attribute AS a ON a.attrelid = i.indrelid
                AND a.attnum = p.attnum
              WHERE p.n <= i.indnkeyatts) AS k,
     (SELECT ARRAY['canonical_symbol', 'timeframe', 'ts_utc'] AS names) AS w
WHERE i.indrelid = to_regclass('public.' || quote_ident($1)) AND (i.indisunique OR k.names @> w.names)
ORDER BY 4, 2
