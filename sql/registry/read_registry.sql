SELECT r.canonical_symbol, r.asset_class, r.description, coalesce(r.active, true), r.metadata::text
FROM public.core_asset_registry_all AS r
ORDER BY r.canonical_symbol
