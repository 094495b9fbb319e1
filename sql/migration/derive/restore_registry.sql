UPDATE public.core_asset_registry_all
SET asset_class = $2::jsonb->>'asset_class', description = $2::jsonb->>'description', active = ($2::jsonb->>'active')::boolean,
    test_active = ($2::jsonb->>'test_active')::boolean, metadata = $3::jsonb, updated_at = dxy.now()
WHERE canonical_symbol = $1
