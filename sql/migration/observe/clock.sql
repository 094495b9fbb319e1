-- Market time, how many times faster than real time it runs, and what the registry says of the symbol $1.
SELECT dxy.now(), coalesce((SELECT c.rate FROM dxy.clock AS c), 1),
       r.metadata::text, r.asset_class
FROM (SELECT) AS one
LEFT JOIN LATERAL (SELECT g.metadata, g.asset_class FROM public.core_asset_registry_all AS g
                   WHERE g.canonical_symbol = $1 AND coalesce(g.active, true) LIMIT 1) AS r ON true
