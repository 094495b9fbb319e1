-- The row as it was ($2), but for keys of the metadata that others added meanwhile ($3). When it changed is told as before
-- where it is as before.
UPDATE public.core_asset_registry_all
SET asset_class = $2::jsonb->>'asset_class', description = $2::jsonb->>'description', active = ($2::jsonb->>'active')::boolean,
    test_active = ($2::jsonb->>'test_active')::boolean, metadata = $3::jsonb,
    updated_at = CASE WHEN $3::jsonb = $2::jsonb->'metadata' AND $2::jsonb ? 'updated_at' THEN ($2::jsonb->>'updated_at')::timestamptz
      ELSE dxy.now() END
WHERE canonical_symbol = $1
