INSERT INTO public.core_asset_registry_all AS r (canonical_symbol, asset_class, description, active, metadata, created_at, updated_at)
SELECT $1, $2, $3, $4, $5::jsonb, n.at, n.at FROM (SELECT dxy.now() AS at) AS n
ON CONFLICT (canonical_symbol) DO UPDATE
SET asset_class = excluded.asset_class, description = excluded.description, active = excluded.active, metadata = excluded.metadata,
  updated_at = excluded.updated_at
WHERE (r.asset_class, r.description, r.active, r.metadata) IS DISTINCT FROM (excluded.asset_class, excluded.description, excluded.active,
  excluded.metadata)
RETURNING (xmax = 0)
