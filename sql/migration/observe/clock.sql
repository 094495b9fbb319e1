-- Market time, how many times faster than real time it runs, and what the registry says of the symbol $1.
SELECT dxy.now(), coalesce((SELECT c.rate FROM dxy.clock AS c), 1),
       (SELECT r.metadata::text FROM public.core_asset_registry_all AS r WHERE r.canonical_symbol = $1 AND coalesce(r.active, true) LIMIT 1)
