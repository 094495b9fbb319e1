UPDATE public.core_asset_registry_all AS r SET metadata = $3::jsonb, updated_at = dxy.now()
WHERE r.canonical_symbol = $1 AND r.metadata = $2::jsonb
