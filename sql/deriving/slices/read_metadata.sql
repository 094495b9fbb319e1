SELECT (SELECT r.metadata::text FROM public.core_asset_registry_all AS r WHERE r.canonical_symbol = $1)
