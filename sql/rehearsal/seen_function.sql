-- The shop's own deriving function, if this role may call it: it takes from and to, and what else it takes has defaults.
SELECT format('SELECT %I.%I($1, $2)', n.nspname, p.proname)
FROM pg_proc AS p JOIN pg_namespace AS n ON n.oid = p.pronamespace
WHERE p.proname LIKE 'calc\_dxy\_range%' AND p.proname <> 'calc_dxy_range_1m' AND p.prokind = 'f' AND p.pronargs - p.pronargdefaults <= 2
  AND oidvectortypes(p.proargtypes) LIKE 'timestamp with time zone, timestamp with time zone%'
  AND has_function_privilege($1, p.oid, 'EXECUTE')
ORDER BY p.proname LIMIT 1
