SELECT r.asset_class FROM public.core_asset_registry_all AS r WHERE r.canonical_symbol = $1 LIMIT 1
