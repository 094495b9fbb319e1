SELECT to_jsonb(r)::text, r.metadata::text
FROM public.core_asset_registry_all AS r WHERE r.canonical_symbol = $1
LIMIT 1
