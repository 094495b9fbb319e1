-- What stands in a schema of ours and isn't ours by its name: $1 our tables and views, $2 our functions, each as schema.name;
-- $3 the schemas. Whatever is made in a schema depends on it: no kind of object is left out.
-- Named by pg_identify_object, which speaks the same to everybody: pg_describe_object speaks the server's language.
SELECT o.type || ' ' || o.identity
       || coalesce((SELECT ', a partition of ' || p.type || ' ' || p.identity
                    FROM pg_inherits AS i, pg_identify_object('pg_class'::regclass, i.inhparent, 0) AS p
                    WHERE d.classid = 'pg_class'::regclass AND i.inhrelid = d.objid LIMIT 1), '')
FROM pg_depend AS d JOIN pg_namespace AS n ON n.oid = d.refobjid CROSS JOIN LATERAL pg_identify_object(d.classid, d.objid, 0) AS o
LEFT JOIN pg_class AS c ON d.classid = 'pg_class'::regclass AND c.oid = d.objid
LEFT JOIN pg_proc AS p ON d.classid = 'pg_proc'::regclass AND p.oid = d.objid
WHERE d.refclassid = 'pg_namespace'::regclass AND d.deptype = 'n' AND n.nspname = ANY ($3)
  AND NOT coalesce(n.nspname || '.' || c.relname = ANY ($1), false)
  AND NOT coalesce(n.nspname || '.' || p.proname = ANY ($2), false)
  -- A sequence of one of our columns.
  AND NOT EXISTS (SELECT FROM pg_depend AS o JOIN pg_class AS t ON t.oid = o.refobjid JOIN pg_namespace AS s ON s.oid = t.relnamespace
                  WHERE o.classid = d.classid AND o.objid = d.objid AND c.relkind = 'S' AND o.refclassid = 'pg_class'::regclass
                    AND o.deptype IN ('a', 'i')
                    AND s.nspname || '.' || t.relname = ANY ($1))
ORDER BY 1
