-- No ON CONFLICT: a shop's registry may lack the key. What the row says of being active is its own.
WITH changed AS (
  UPDATE public.core_asset_registry_all
  SET metadata = $2::jsonb, active = coalesce(active, true), updated_at = dxy.now()
  WHERE canonical_symbol = $1 AND metadata IS DISTINCT FROM $2::jsonb
)
INSERT INTO public.core_asset_registry_all (canonical_symbol, asset_class, description, active, test_active, metadata, created_at,
  updated_at)
SELECT $1, 'currency_index', CASE $1 WHEN 'DXY' THEN 'US Dollar Index - 6 FX components' END, true, true, $2::jsonb, t.at, t.at
FROM (SELECT dxy.now() AS at) AS t
WHERE NOT EXISTS (SELECT FROM public.core_asset_registry_all AS r WHERE r.canonical_symbol = $1)
