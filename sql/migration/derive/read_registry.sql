SELECT jsonb_build_object('asset_class', r.asset_class, 'description', r.description, 'active', r.active, 'test_active', r.test_active, 'metadata', r.metadata)::text, r.metadata::text
FROM public.core_asset_registry_all AS r WHERE r.canonical_symbol = $1
LIMIT 1
